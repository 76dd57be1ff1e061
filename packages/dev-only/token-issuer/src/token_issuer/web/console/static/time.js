// DEV-ONLY: never ship to production.
// Times in words, by the clock of the issuer, which may differ from that of this machine.

/** @type {[number, string][]} */
const UNITS = [
  [365 * 86_400, "year"],
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
  [1, "second"],
];

let [offsetMs, isFrozen] = [0, false];

/**
 * Note what time it is for the issuer.
 * @param {Schema<"ClockReading">} clock
 */
export const setIssuerTime = ({ now, frozen }) => {
  isFrozen = frozen;
  offsetMs = Date.parse(now) - (frozen ? 0 : Date.now());
};

/** Return the time of the issuer, in milliseconds since 1970. */
export const issuerNow = () => offsetMs + (isFrozen ? 0 : Date.now());

/**
 * Return a duration in words, such as "1 hour 5 minutes".
 * @param {number} seconds
 */
export function describeDuration(seconds) {
  let rest = Math.round(Math.abs(seconds));
  const parts = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) parts.push(`${count} ${unit}${count > 1 ? "s" : ""}`);
    else if (parts.length) break;
    if (parts.length > 1) break;
  }
  return parts.join(" ") || "0 seconds";
}

/**
 * Return a time in relation to another one: "in 5 minutes", "2 days ago" or "now".
 * @param {number | string} time Milliseconds since 1970, or RFC 3339.
 * @param {number} [now] By default the time of the issuer.
 */
export function describeMoment(time, now = issuerNow()) {
  const ms = typeof time === "number" ? time : Date.parse(time);
  const seconds = Math.round((ms - now) / 1000);
  if (!seconds) return "now";
  const words = describeDuration(seconds);
  return seconds > 0 ? `in ${words}` : `${words} ago`;
}

/**
 * Return a time as text: RFC 3339 in UTC without a fraction, or the number if it is out of range.
 * @param {number} ms Milliseconds since 1970.
 */
export function formatTime(ms) {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return String(ms);
  return date
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replace("T", " ");
}

/**
 * Call a function now and again, but not while the page is hidden, until the signal stops it.
 * @param {number} intervalMs
 * @param {() => unknown} act It must not fail.
 * @param {AbortSignal} signal
 */
export async function repeat(intervalMs, act, signal) {
  while (!signal.aborted) {
    if (!document.hidden) await act();
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
