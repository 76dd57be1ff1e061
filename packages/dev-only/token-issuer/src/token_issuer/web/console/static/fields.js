// DEV-ONLY: never ship to production.
// The fields of forms: what the OpenAPI document says of each, its input, and the value in it.

import { load, Problem } from "./api.js";
import { fill, h, newId } from "./dom.js";

/**
 * Plain words before the names that only the specifications explain.
 * @type {Record<string, string>}
 */
const WORDS = {
  alg: "algorithm",
  aud: "audience",
  exp: "expiry",
  iss: "issuer",
  kid: "key",
  now: "time",
  sub: "user",
};

/**
 * @typedef {{ type?: string, description?: string, enum?: string[], anyOf?: Property[],
 *   examples?: unknown[], default?: unknown, $ref?: string, rows?: number }} Property
 * @typedef {{ element: HTMLElement, input: Input, property: Property, help: HTMLElement,
 *   problem: HTMLElement }} Field
 * @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Input
 */

/**
 * Return a schema of the OpenAPI document.
 * @param {string} name
 * @returns {Promise<Record<string, Property>>} Its properties.
 */
export async function loadProperties(name) {
  const { components } = await load("/openapi.json");
  const resolve = (/** @type {Property} */ property) => {
    const { $ref, ...rest } = property;
    const target = $ref ? components.schemas[$ref.split("/").at(-1) ?? ""] : {};
    return { ...target, ...rest };
  };
  const properties = Object.entries(components.schemas[name].properties);
  return Object.fromEntries(properties.map(([key, value]) => [key, simplify(value, resolve)]));
}

/**
 * Merge the alternatives of a property; null only says that it may be absent.
 * @param {any} property
 * @param {(property: Property) => Property} resolve
 * @returns {Property}
 */
function simplify(property, resolve) {
  const { anyOf = [], ...rest } = resolve(property);
  const kinds = anyOf.filter((/** @type {Property} */ kind) => kind.type !== "null");
  if (kinds.length === 1) return simplify({ ...kinds[0], ...rest }, resolve);
  return kinds.length ? { ...rest, anyOf: kinds } : rest;
}

/**
 * @param {string} name
 * @param {Property} property
 * @param {string[]} [choices]
 * @returns {Field}
 */
export function createField(name, property, choices) {
  const id = newId();
  const [help, problem] = [
    h("p", { class: "help", id: `${id}-help` }),
    h("p", { class: "wrong", id: `${id}-wrong`, role: "status" }),
  ];
  const input = createInput(property);
  input.id = id;
  input.name = name;
  input.setAttribute("aria-describedby", `${help.id} ${problem.id}`);
  fill(help, property.description);
  const list =
    choices &&
    h(
      "datalist",
      { id: `${id}-list` },
      choices.map((value) => h("option", { value })),
    );
  if (list) input.setAttribute("list", list.id);
  const isCheck = input instanceof HTMLInputElement && input.type === "checkbox";
  const word = WORDS[name];
  const words = (word ?? name).replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
  const label = h(
    "label",
    { for: id, class: isCheck && "check" },
    isCheck && input,
    words,
    word && [" ", h("code", {}, name)],
  );
  const element = h("div", { class: "field" }, label, !isCheck && input, list, problem, help);
  return { element, input, property, help, problem };
}

/**
 * @param {Property} property
 * @returns {Input}
 */
function createInput({ type, enum: values, examples = [], default: preset, rows }) {
  const [example] = examples;
  if (values) {
    const options = ["", ...values].map((value) =>
      h("option", { value, selected: value === preset }, value),
    );
    return h("select", {}, preset === undefined || preset === null ? options : options.slice(1));
  }
  if (type === "boolean") return h("input", { type: "checkbox" });
  if (type === "object" || rows) {
    const placeholder =
      typeof example === "string" ? example : JSON.stringify(example ?? {}, null, 2);
    return h("textarea", { rows: rows ?? 4, placeholder, spellcheck: "false" });
  }
  const placeholder = example === undefined ? "" : `e.g. ${[example].flat().join(" ")}`;
  return h("input", {
    placeholder,
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "none",
  });
}

/**
 * @param {string} name
 * @param {Input} input
 * @param {Property} property
 */
export function readValue(name, input, property) {
  if (input instanceof HTMLInputElement && input.type === "checkbox")
    return input.checked || undefined;
  const text = input.value.trim();
  if (!text) return undefined;
  const types = (property.anyOf ?? [property]).map(({ type }) => type);
  if (types.includes("object")) return readObject(name, text);
  if (types.includes("number") || types.includes("integer")) {
    if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
    if (!types.includes("string")) throw new Problem(`${name}: expected a number`);
    return text;
  }
  if (!types.includes("array")) return text;
  const items = text.split(/[\s,]+/);
  return types.includes("string") && items.length === 1 ? text : items;
}

/**
 * @param {string} name
 * @param {string} text
 */
function readObject(name, text) {
  try {
    const value = JSON.parse(text, keepNumber);
    if (value && typeof value === "object" && !Array.isArray(value)) return value;
  } catch {
    // the same message
  }
  throw new Problem(`${name}: expected a JSON object, such as {"role": "admin"}`);
}

const { rawJSON } = /** @type {any} */ (JSON); // ES2025

/**
 * Keep a number as it is written: 1.0 would become 1, and many digits would be rounded.
 * @param {string} _key
 * @param {unknown} value
 * @param {{ source: string }} [context]
 */
export const keepNumber = (_key, value, context) =>
  typeof value === "number" && rawJSON ? rawJSON(context?.source) : value;
