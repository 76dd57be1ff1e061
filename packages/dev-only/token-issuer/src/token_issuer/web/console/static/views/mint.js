// DEV-ONLY: never ship to production.
// Mint: a form over all fields of a token request, and the token beside it as it changes.

import { call, load } from "../api.js";
import { box, button, card, copyable, fill, h, markCode, reveal, showParts } from "../dom.js";
import { keepNumber, loadProperties } from "../fields.js";
import { Form } from "../form.js";
import { TRUST } from "../shell.js";
import { buildCopies } from "../snippets.js";
import { describeMoment, issuerNow, repeat } from "../time.js";
import { go } from "../visit.js";

/** @typedef {Schema<"DefectDescription">} Defect */

const FIRST = ["profile", "sub", "aud", "exp", "defect", "claims"];
const TEXTS = ["Token", "Header", "curl", "Python", "pytest", "JavaScript"];
const VERDICTS = { accept: "must accept", refuse: "must reject", either: "may accept or reject" };

/** @type {import("../visit.js").View["show"]} */
export async function show(root, { parameters, signal }) {
  const [properties, profile, sub, kid, { defects }] = await Promise.all([
    loadProperties("TokenRequest"),
    list("profiles", "name"),
    list("users", "sub"),
    list("keys", "kid"),
    load("/defects?kind=token"),
  ]);
  const ids = defects.map((/** @type {Defect} */ { id }) => id);
  const form = new Form(
    { ...properties, defect: { ...properties.defect, enum: ids } },
    {
      fields: [...new Set([...FIRST, ...Object.keys(properties)])],
      choices: { profile, sub, kid },
    },
  );
  const others = Object.keys(properties).filter((name) => !FIRST.includes(name));
  const more = h("details", { class: "flow" }, h("summary", {}, "More fields"));
  more.append(...others.map((name) => form.find(name).element));
  form.find("claims").element.after(more);
  form.write(parameters);
  const getDefect = addSearch(form.find("defect"), defects);
  const output = createOutput(signal);
  await form.follow(
    async (request) => ({ request, response: await call("POST", "/token", request) }),
    (answer) => output.show(answer, getDefect()?.verdict),
    signal,
  );
  root.classList.add("two");
  fill(root, card("Token request", form.element), output.element);
}

/**
 * Return the known values of a field; none if the issuer does not list them.
 * @param {string} collection
 * @param {string} member
 * @returns {Promise<string[]>}
 */
async function list(collection, member) {
  const answer = await call("GET", `/admin/${collection}`).catch(() => ({ [collection]: [] }));
  return answer[collection].map((/** @type {Record<string, string>} */ item) => item[member]);
}

/**
 * Let a defect be searched by words, and explain the chosen one, which the result returns.
 * @param {import("../fields.js").Field} field
 * @param {Defect[]} defects
 */
function addSearch({ element, input, help }, defects) {
  const [none, ...options] = /** @type {HTMLOptionElement[]} */ ([...input.children]);
  if (none) none.text = "none: a good token";
  for (const [index, { id, title }] of defects.entries()) {
    fill(/** @type {Element} */ (options[index]), `${id}: ${title.replaceAll("`", "")}`);
  }
  const search = h("input", {
    type: "search",
    value: input.value,
    "aria-label": "Search the defects",
  });
  search.placeholder = "Search by words, e.g. signature empty";
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/);
    const shown = options.filter(({ selected }, index) => {
      const text = Object.values(defects[index] ?? {})
        .join(" ")
        .toLowerCase();
      return selected || words.every((word) => text.includes(word));
    });
    fill(input, none, shown);
    fill(help, `${shown.length} of ${options.length} defects`);
  };
  search.addEventListener("input", (event) => {
    event.stopPropagation(); // the request stays as it is
    filter();
  });
  const explanation = h("div");
  const getDefect = () => defects.find(({ id }) => id === input.value);
  const explain = () => fill(explanation, describe(getDefect()));
  input.addEventListener("input", explain);
  input.setAttribute("size", "6");
  input.before(search);
  help.role = "status";
  element.append(explanation);
  filter();
  explain();
  return getDefect;
}

/** @param {Defect} [defect] */
const describe = (defect) =>
  defect &&
  h(
    "div",
    { class: "note flow" },
    h("p", {}, "This is ", h("strong", {}, markCode(defect.title)), ". ", markCode(defect.wrong)),
    h("p", {}, `A verifier ${VERDICTS[defect.verdict]} it. `, markCode(defect.why)),
    h("p", {}, `Severity: ${defect.severity}. Check: ${defect.check}. Source: ${defect.source}.`),
    defect.fault && h("p", {}, `First set the fault ${defect.fault} in Controls.`),
  );

/**
 * Create the part that shows the token.
 * @param {AbortSignal} signal
 */
function createOutput(signal) {
  /** @type {Record<string, string>} */
  let copies = {};
  let chosen = "Token";
  /** @type {unknown} */
  let expiry;
  const copy = copyable("", "text");
  const trust = h("p", { class: "help" }, TRUST && markCode(TRUST));
  const showCopy = () => {
    const text = copies[chosen] ?? "";
    trust.hidden = !TRUST || TEXTS.indexOf(chosen) < TEXTS.indexOf("curl");
    copy.set(chosen === "Token" ? showParts(text.split(".")) : text);
  };
  const choose = (/** @type {any} */ { target }) => {
    chosen = target.value;
    showCopy();
  };
  const choices = TEXTS.map((value) =>
    h(
      "label",
      {},
      h("input", { type: "radio", name: "text", value, checked: value === chosen }),
      value,
    ),
  );
  const tabs = h(
    "fieldset",
    { class: "tabs", input: choose },
    h("legend", {}, "Show and copy"),
    choices,
  );
  const [lifetime, decoded] = [h("p"), h("div", { class: "flow" })];
  const showLifetime = () => fill(lifetime, describeExpiry(expiry));
  repeat(1000, showLifetime, signal);
  const inspect = button("Inspect this token", () => go("inspect", { token: copies.Header ?? "" }));
  const body = h("div", { class: "flow" }, lifetime, tabs, copy.element, trust, decoded, inspect);
  const nothing = h("p", { class: "note" }, "No token was minted. Correct the error in the form.");
  return {
    element: card("Token", body, nothing),
    /**
     * @param {{ request: import("../form.js").Values, response: Schema<"TokenResponse"> } | null} answer
     * @param {Defect["verdict"]} [verdict]
     */
    show(answer, verdict) {
      body.hidden = !answer;
      nothing.hidden = !body.hidden;
      if (!answer) return;
      const { request, response } = answer;
      const parts = response.access_token.split(".").slice(0, 2).map(decode);
      expiry = parts[1]?.value?.exp;
      const isExpired = Number(expiry) * 1000 < issuerNow();
      copies = buildCopies(request, response, verdict ?? (isExpired ? "refuse" : "accept"));
      showCopy();
      showLifetime();
      const shown = parts.flatMap(({ text }, index) => {
        const title = index ? "Payload" : "Header";
        return [h("h4", { class: `part-${index + 1}` }, title), box(title, reveal(text))];
      });
      fill(decoded, shown);
    },
  };
}

/** @param {unknown} expiry */
function describeExpiry(expiry) {
  if (typeof expiry !== "number") return "Never expires: it has no exp.";
  const ms = expiry * 1000;
  return `${ms > issuerNow() ? "Expires" : "Expired"} ${describeMoment(ms)}.`;
}

/**
 * Decode a part of a token. A text that a JSON writer would not write stays as it is.
 * @param {string} part
 */
function decode(part) {
  let [text, value] = ["(not readable)", /** @type {any} */ (null)];
  try {
    const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
    text = new TextDecoder().decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)));
    value = JSON.parse(text);
    const kept = JSON.parse(text, keepNumber);
    if (JSON.stringify(kept) === text) text = JSON.stringify(kept, null, 2);
  } catch {
    // as far as it could be read
  }
  return { text, value };
}
