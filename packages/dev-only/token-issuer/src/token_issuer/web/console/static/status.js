// DEV-ONLY: never ship to production.
// The line in the banner: what is out of the ordinary, and the button that resets it.

import { call } from "./api.js";
import { button, fill, h, message } from "./dom.js";
import { describeDuration, repeat, setIssuerTime } from "./time.js";

const INTERVAL_MS = 2000;

/** Sends `change` when the line in the banner has changed, and `read` after each reading. */
export const changes = new EventTarget();

/**
 * What was read last; null before.
 * @type {{ clock: Schema<"ClockReading"> | null, faults: Schema<"FaultList"> | null,
 *   logins: Schema<"LoginPlanList"> | null }}
 */
export let state = { clock: null, faults: null, logins: null };

let shown = "";
const words = h("span");
const reset = button("Reset", resetAll);

/** Read the state of the issuer, and show what is out of the ordinary. */
export async function refreshStatus() {
  try {
    const paths = ["/admin/clock", "/admin/faults", "/admin/logins"];
    const [clock, faults, logins] = await Promise.all(paths.map((path) => call("GET", path)));
    state = { clock, faults, logins };
    setIssuerTime(clock);
    show(describe(clock, faults, logins).join(" · "));
    changes.dispatchEvent(new Event("read"));
  } catch (error) {
    show("", message(error));
  }
}

/**
 * @param {string} text
 * @param {HTMLElement} [error]
 */
function show(text, error) {
  const place = /** @type {HTMLElement} */ (document.getElementById("status"));
  if (!place.firstChild) fill(place, words, reset);
  const key = error?.textContent ?? text;
  reset.hidden = !text;
  if (key === shown) return;
  shown = key;
  fill(words, error ?? text);
  reset.ariaLabel = `Reset: ${text}`;
  changes.dispatchEvent(new Event("change"));
}

/** Read the state now and again, as long as the page is open. */
export const watchStatus = () => repeat(INTERVAL_MS, refreshStatus, new AbortController().signal);

/**
 * @param {Schema<"ClockReading">} clock
 * @param {Schema<"FaultList">} faults
 * @param {Schema<"LoginPlanList">} logins
 * @returns {string[]}
 */
function describe(clock, faults, logins) {
  const words = [];
  if (Math.abs(clock.offset_s) >= 1) {
    const direction = clock.offset_s > 0 ? "ahead" : "behind";
    words.push(`clock is ${describeDuration(clock.offset_s)} ${direction}`);
  }
  if (clock.frozen) words.push("clock is frozen");
  const active = faults.faults.filter((fault) => !fault.is_over).length;
  if (active) words.push(count(active, "fault"));
  const planned = logins.logins.length;
  if (planned) words.push(count(planned, "planned login"));
  return words;
}

/**
 * Return a number with its noun: "1 fault", "2 faults".
 * @param {number} number
 * @param {string} noun
 */
export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

async function resetAll() {
  for (const path of ["/admin/clock", "/admin/faults", "/admin/logins"]) {
    await call("DELETE", path);
  }
  await refreshStatus();
  document.querySelector("main")?.focus(); // the button is gone
}
