// DEV-ONLY: never ship to production.
// The key ring as a time line, and its rotation.

import { call } from "../api.js";
import { card, cautiousButton, createRows, fill, h } from "../dom.js";
import { loadProperties } from "../fields.js";
import { Form } from "../form.js";
import { describeMoment, formatTime, repeat } from "../time.js";
import { createDocuments } from "./key_documents.js";

/** @typedef {Schema<"KeyDescription">} Key */

const READ_INTERVAL_MS = 2000;
const MIN_FUTURE_MS = 600_000;
const PRESENT = 25; // where the time line has the present, in percent of its width
const MIN_WORD = 10; // the width of the part of a bar that has room for a word

/** @type {["published_at" | "active_at" | "retired_at" | "removed_at", string, string][]} */
const EVENTS = [
  ["published_at", "is published", "published"],
  ["active_at", "starts to sign", "first signed"],
  ["retired_at", "stops signing", "stopped signing"],
  ["removed_at", "is removed", "removed"],
];

/** @type {Record<string, [string, string, string]>} The word for a state, the tone of this word, and the meaning. */
const STATES = {
  published: ["published", "warn", "Published, but does not sign yet."],
  active: ["active", "good", "Signs now."],
  unpublished: ["unpublished", "bad", "Signs now, but verifiers cannot fetch it."],
  retired: ["retired", "", "No longer signs. Its tokens stay valid while it is published."],
  removed: ["removed", "", "No longer published. Verifiers reject its tokens."],
};

/** @type {import("../visit.js").View["show"]} */
export async function show(root, { signal }) {
  /** @type {Schema<"KeyList">} */
  let ring;
  let [aheadMs, dueMs, published] = [0, 0, ""];
  const now = () => Date.now() + aheadMs;
  const [next, list] = [h("ul", { class: "plain next" }), h("ul", { class: "plain stack" })];
  const axis = h("p", { class: "axis soft", "aria-hidden": "true" });
  const documents = createDocuments();
  const form = new Form(await loadProperties("RotateRequest"));
  form.addSubmit("Rotate", (values) => change("POST", "/admin/keys/rotate", values));

  const showKeys = createRows(list, (/** @type {Key} */ { kid, alg }) => {
    const [state, bar] = [h("span"), h("div", { class: "bar", "aria-hidden": "true" })];
    const sentence = h("p", { class: "soft" });
    const consequence = `${kid} leaves the key documents at once. Verifiers that fetch them reject its tokens.`;
    const act = () => change("DELETE", `/admin/keys/${encodeURIComponent(kid)}`);
    const remove = cautiousButton("Remove", consequence, act, `Remove ${kid}`);
    const title = h("p", { class: "row" }, h("strong", {}, kid), h("span", {}, alg), state, remove);
    const update = (/** @type {Key} */ key) => {
      const isHidden = key.state === "active" && !key.published;
      const [word, tone, meaning] = STATES[isHidden ? "unpublished" : key.state] ?? [];
      state.className = `pill ${tone}`;
      fill(state, word);
      fill(sentence, `${meaning} ${describe(key, now())}`);
      fill(bar, createParts(key, now(), findFuture(ring, now())));
      remove.hidden = key.state === "removed";
    };
    return { element: h("li", {}, title, bar, sentence), update };
  });

  function update() {
    const planned = listPlanned(ring, now()).map(([time, words]) =>
      h("li", {}, h("strong", {}, describeMoment(time, now())), `: ${words.join(", ")}`),
    );
    fill(
      next,
      planned.length ? planned : h("li", {}, "Nothing is planned: the keys stay until you rotate."),
    );
    const future = findFuture(ring, now());
    fill(axis, h("b", {}, "now"), shorten(now() + future, now()));
    showKeys(ring.keys.toReversed().map((key) => [key.kid, key]));
  }

  async function read() {
    ring = await call("GET", "/admin/keys");
    aheadMs = Date.parse(ring.now) - Date.now();
    dueMs = Math.min(now() + READ_INTERVAL_MS, ...listPlanned(ring, now()).map(([time]) => time));
    const kids = JSON.stringify(ring.keys.map((key) => key.published && key.kid));
    if (kids !== published) documents.load();
    published = kids;
    update();
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  async function change(method, path, body) {
    await call(method, path, body);
    await read();
  }

  await read();
  const clock = "Keys follow the system clock, not the simulated one. Times are in UTC.";
  const note = h("p", { class: "soft" }, clock);
  root.classList.add("two");
  const time = card("Time line", next, axis, list, note);
  time.classList.add("wide");
  root.append(time, card("Rotate to a new key", form.element), documents.element);
  // If the issuer does not answer, the banner says so.
  repeat(1000, () => (now() < dueMs ? update() : read().catch(update)), signal);
}

/** @param {string | null | undefined} text */
const parseTime = (text) => (text ? Date.parse(text) : Infinity);

/**
 * Return the events of a key, the earliest first.
 * @param {Key} key
 */
function listEvents(key) {
  const end = parseTime(key.removed_at);
  return EVENTS.map(([name, will, was]) => ({ time: parseTime(key[name]), will, was }))
    .filter(({ time }) => time <= end && time < Infinity)
    .toSorted((one, other) => one.time - other.time);
}

/**
 * Return the times of the next events of the ring, and the events in words.
 * @param {Schema<"KeyList">} ring
 * @param {number} now
 */
function listPlanned({ keys, next_change }, now) {
  /** @type {Map<number, string[]>} */
  const planned = new Map();
  const add = (/** @type {number} */ time, /** @type {string} */ words) => {
    if (time > now) planned.set(time, [...(planned.get(time) ?? []), words]);
  };
  for (const key of keys) {
    for (const { time, will } of listEvents(key)) add(time, `${key.kid} ${will}`);
  }
  if (next_change && !planned.has(Date.parse(next_change))) {
    add(Date.parse(next_change), "a new key is published");
  }
  return [...planned].toSorted(([one], [other]) => one - other);
}

/**
 * Return the length of the future in the time line.
 * @param {Schema<"KeyList">} ring
 * @param {number} now
 */
function findFuture(ring, now) {
  const [last = 0] = listPlanned(ring, now).at(-1) ?? [];
  return 1.1 * Math.max(MIN_FUTURE_MS, last - now);
}

/**
 * @param {Key} key
 * @param {number} now
 * @param {number} future
 */
function createParts(key, now, future) {
  const [published = 0, active = 0, retired = 0, removed = 0] = EVENTS.map(([name]) =>
    parseTime(key[name]),
  );
  /** @type {[string, number, number][]} */
  const parts = [
    ["published", published, active],
    ["unpublished", active, published],
    ["active", Math.max(published, active), retired],
    ["retired", Math.max(published, retired), removed],
  ];
  const place = (/** @type {number} */ time) =>
    Math.min(100, Math.max(0, PRESENT + ((100 - PRESENT) * (time - now)) / future));
  return parts.map(([name, from, until]) => {
    const [left, right] = [place(from), place(Math.min(until, removed))];
    const start = left < PRESENT && right > PRESENT + MIN_WORD ? PRESENT : left; // of the word
    const part = h("span", { class: name }, right - start > MIN_WORD && name);
    const indent = (100 * (start - left)) / (right - left || 1);
    part.style.setProperty("text-indent", `calc(${indent}% + 0.5rem)`);
    part.style.setProperty("left", `${left}%`);
    part.style.setProperty("width", `${Math.max(0, right - left)}%`);
    return part;
  });
}

/**
 * Return a time of day, or on another day a date and a time.
 * @param {number} time
 * @param {number} now
 */
function shorten(time, now) {
  const [text, today] = [time, now].map(formatTime);
  return text?.slice(0, 10) === today?.slice(0, 10) ? text?.slice(11) : text;
}

/**
 * @param {Key} key
 * @param {number} now
 */
function describe(key, now) {
  const words = listEvents(key).map(
    ({ time, will, was }) =>
      `${time > now ? will : was} ${describeMoment(time, now)} (${shorten(time, now)})`,
  );
  const text = `${words.join("; ")}.`;
  return text[0]?.toUpperCase() + text.slice(1);
}
