// DEV-ONLY: never ship to production.
// The key documents as served, with what caches may do with them.

import { locate } from "../api.js";
import { box, button, card, fill, h } from "../dom.js";
import { count } from "../status.js";
import { describeDuration } from "../time.js";

const PATHS = ["/.well-known/jwks.json", "/oauth2/v1/certs"];
const HEADERS = ["Cache-Control", "Expires", "Age", "ETag", "Date", "Content-Type"];
const TIMEOUT_MS = 30_000;
const MAX_CHARACTERS = 20_000;
const MAX_KIDS = 10;

/** Create the card of the documents; `load` fetches them. */
export function createDocuments() {
  const parts = PATHS.map((path) => ({ path, place: h("div", { class: "stack" }) }));
  let latest = new AbortController();
  const load = () => {
    latest.abort(); // an earlier response may be late, and must not replace this one
    latest = new AbortController();
    const { signal } = latest;
    return Promise.all(parts.map(({ path, place }) => fetchInto(path, place, signal)));
  };
  const note =
    "Each fetch is a request like any other: the log lists it, and a fault may strike it.";
  const row = h(
    "p",
    { class: "row" },
    button("Fetch again", load),
    h("span", { class: "soft" }, note),
  );
  const shown = parts.flatMap(({ path, place }) => [h("h4", {}, h("code", {}, path)), place]);
  return { element: card("Key documents as served", row, shown), load };
}

/**
 * @param {string} path
 * @param {Element} place
 * @param {AbortSignal} replaced
 */
async function fetchInto(path, place, replaced) {
  fill(place, h("p", {}, "Fetching …"));
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = AbortSignal.any([timeout, replaced]);
  const fail = (/** @type {string} */ what) =>
    pill(
      "bad",
      `${what}: ${timeout.aborted ? "timeout after 30 seconds" : "the connection was closed"}`,
    );
  /** @type {RequestInit} */
  const init = { cache: "no-store", redirect: "manual", signal };
  const response = await fetch(locate(path), init).catch(() => null);
  if (replaced.aborted) return;
  if (!response) return fill(place, h("p", {}, fail("no response")));
  if (response.type === "opaqueredirect") return fill(place, h("p", {}, pill("bad", "a redirect")));
  const { status, headers, ok } = response;
  const body = await response.text().catch(() => null);
  if (replaced.aborted) return;
  const isWhole = body !== null;
  const words = isWhole ? describeBody(body, ok) : fail("incomplete response");
  const first = h("p", { class: "row" }, pill(ok ? "good" : "bad", `HTTP ${status}`), words);
  const fields = HEADERS.filter((name) => headers.has(name)).flatMap((name) => [
    h("dt", {}, name),
    h("dd", {}, headers.get(name)),
  ]);
  const lifetime = ok && isWhole && h("p", {}, describeLifetime(headers));
  const content = isWhole && showBody(path, body);
  fill(place, first, lifetime, h("dl", {}, fields), content);
}

/**
 * @param {string} path
 * @param {string} body
 */
function showBody(path, body) {
  const rest = body.length - MAX_CHARACTERS;
  return h(
    "details",
    {},
    h("summary", {}, `Body: ${count(body.length, "character")}`),
    box(`Body of ${path}`, body.slice(0, MAX_CHARACTERS), rest > 0 && "\n…"),
  );
}

const pill = (/** @type {string} */ tone, /** @type {string} */ text) =>
  h("span", { class: `pill ${tone}` }, text);

/**
 * @param {string} body
 * @param {boolean} ok
 */
function describeBody(body, ok) {
  try {
    const { keys, ...rest } = JSON.parse(body);
    if (!ok) return h("span", {}, rest.detail);
    const kids = keys?.map((/** @type {{ kid: string }} */ { kid }) => kid) ?? Object.keys(rest);
    if (!kids.length) return h("span", {}, "No keys");
    const names = kids.slice(0, MAX_KIDS).join(", ");
    const hidden = kids.length - MAX_KIDS;
    const end = hidden > 0 ? ` and ${hidden} more` : "";
    return h("span", {}, `${count(kids.length, "key")}: ${names}${end}`);
  } catch {
    return pill("bad", "not JSON");
  }
}

/** @param {Headers} headers */
function describeLifetime(headers) {
  const [, seconds = 0] = /max-age=(\d+)/.exec(headers.get("Cache-Control") ?? "") ?? [];
  const left = Number(seconds) - Number(headers.get("Age"));
  return left > 0
    ? `Verifiers may keep it for ${describeDuration(left)}.`
    : "Verifiers must fetch it each time.";
}
