// DEV-ONLY: never ship to production.
// Going from one part of the console to another, with values that are kept out of the address.

/**
 * @typedef {Record<string, string>} Parameters
 * @typedef {{ parameters: Parameters, signal: AbortSignal }} Visit `signal` ends the visit.
 * @typedef {{ show(root: HTMLElement, visit: Visit): void | Promise<void> }} View
 */

/** @type {Parameters | null} */
let pending = null;

/**
 * Show a part of the console.
 * @param {string} name
 * @param {Parameters} parameters Kept out of the address, since they may hold a token.
 */
export function go(name, parameters) {
  pending = parameters;
  location.hash = name;
}

/**
 * Return the values with which a part is opened, and forget them.
 * @param {URLSearchParams | Parameters} others Those of the address, or of an earlier visit.
 * @returns {Parameters}
 */
export function takeParameters(others) {
  const parameters =
    pending ?? (others instanceof URLSearchParams ? Object.fromEntries(others) : others);
  pending = null;
  return parameters;
}
