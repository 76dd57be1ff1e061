// DEV-ONLY: never ship to production.
// Requests to the issuer that serves this page.

import { askForSecret, readSecret } from "./secret.js";

/** The base URL of the issuer, with a slash at its end. */
export const ROOT = new URL("..", import.meta.url);

export const SILENCE = "The issuer does not answer. Is it still running?";

const TIMEOUT_MS = 30_000;

/** The issuer rejected a request, or did not answer. `field` is the part of the request to mend. */
export class Problem extends Error {
  /**
   * @param {string} text
   * @param {number} [status] 0 if there was no response.
   */
  constructor(text, status = 0) {
    // `body: Expected … - at `$.requests``: the field is at the end.
    const pattern = /^body: (?!larger)(.*?)(?: - at `\$[^`]*?(\w*)(?:\[\d+\])?`.*)?$/s;
    const [, inner, place] = pattern.exec(text) ?? [];
    super(inner ?? text);
    this.status = status;
    this.field = /^(\w+):/.exec(this.message)?.[1] ?? place;
  }
}

/**
 * Return the URL of a path of the issuer.
 * @param {string} path
 */
export const locate = (path) => new URL(path.replace(/^\//, ""), ROOT).href;

/**
 * Send a request, and return the response.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body] Sent as JSON.
 * @returns {Promise<Response>}
 */
export async function send(method, path, body) {
  const headers = new Headers({ Accept: "application/json" });
  if (body !== undefined) headers.set("Content-Type", "application/json");
  const secret = readSecret();
  if (secret && path.startsWith("/admin")) headers.set("Authorization", `Bearer ${secret}`);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const init = { method, headers, signal, cache: /** @type {const} */ ("no-store") };
  const sent = body === undefined ? init : { ...init, body: JSON.stringify(body) };
  const response = await fetch(locate(path), sent).catch(() => {
    throw new Problem(SILENCE);
  });
  if (response.status !== 401 || !path.startsWith("/admin")) return response;
  await askForSecret(secret);
  return send(method, path, body);
}

/**
 * Send a request, and return the JSON of its response.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 * @throws {Problem} The issuer rejected the request, or did not answer.
 */
export async function call(method, path, body) {
  const response = await send(method, path, body);
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Problem(
    answer.detail ?? answer.error_description ?? response.statusText,
    response.status,
  );
}

/** @type {Map<string, Promise<any>>} */
const documents = new Map();

/**
 * Fetch a document that does not change while the issuer runs, once.
 * @param {string} path
 * @returns {Promise<any>}
 */
export function load(path) {
  const loading = documents.get(path) ?? call("GET", path);
  documents.set(path, loading);
  loading.catch(() => documents.delete(path));
  return loading;
}
