// DEV-ONLY: never ship to production.
// Forms whose fields come from the schemas of the OpenAPI document.

import { Problem } from "./api.js";
import { button, fill, h } from "./dom.js";
import { createField, readValue } from "./fields.js";
import { changes } from "./status.js";

const PAUSE_MS = 200;

/**
 * @typedef {Record<string, any>} Values
 * @typedef {object} Options
 * @property {string[]} [fields] The fields to show, in this order; by default all.
 * @property {Record<string, string[]>} [choices] Known values of a field, which the browser suggests.
 * @property {(values: Values) => void} [changed] Called after each change, if all values can be read.
 */

/** A form. Its element is ready to be shown. */
export class Form {
  /** @type {Map<string, import("./fields.js").Field>} */
  #fields = new Map();
  #summary = h("div", { class: "errors", role: "alert" });
  #options;

  /**
   * @param {Record<string, import("./fields.js").Property>} properties
   * @param {Options} [options]
   */
  constructor(properties, options = {}) {
    this.#options = options;
    for (const name of options.fields ?? Object.keys(properties)) {
      const property = properties[name];
      if (property) this.#fields.set(name, createField(name, property, options.choices?.[name]));
    }
    const fields = [...this.#fields.values()].map(({ element }) => element);
    this.element = h(
      "form",
      { novalidate: true, input: () => this.#notify() },
      fields,
      this.#summary,
    );
    this.element.addEventListener("submit", (event) => event.preventDefault());
  }

  /**
   * Return the values that are given; an empty field is left out.
   * @returns {Values}
   * @throws {Problem} A value cannot be read.
   */
  read() {
    /** @type {Values} */
    const values = {};
    for (const [name, { input, property }] of this.#fields) {
      const value = readValue(name, input, property);
      if (value !== undefined) values[name] = value;
    }
    return values;
  }

  /**
   * Set fields; the others stay as they are.
   * @param {Values} values
   */
  write(values) {
    for (const [name, value] of Object.entries(values)) {
      const input = this.#fields.get(name)?.input;
      if (input instanceof HTMLInputElement && input.type === "checkbox") input.checked = value;
      else if (input)
        input.value = typeof value === "object" ? JSON.stringify(value, null, 2) : value;
    }
    this.#notify();
  }

  /**
   * Show only some of the fields, and forget what the others contain.
   * @param {string[]} names
   */
  limit(names) {
    for (const [name, { element, input }] of this.#fields) {
      element.hidden = !names.includes(name);
      if (element.hidden) input.value = "";
    }
  }

  /**
   * Return the input of a field.
   * @param {string} name
   */
  find(name) {
    const field = this.#fields.get(name);
    if (!field) throw new Error(`no field ${name}`);
    return field;
  }

  /**
   * Replace the known values of a field, which the browser suggests.
   * @param {string} name
   * @param {string[]} values
   */
  suggest(name, values) {
    const list = this.find(name).element.querySelector("datalist");
    if (list) fill(list, ...values.map((value) => h("option", { value })));
  }

  /**
   * Show an error at the field that it names, or below the form; without an error, show none.
   * @param {unknown} [error]
   */
  report(error) {
    const named = error instanceof Problem ? error.field : undefined;
    for (const [name, { input, problem }] of this.#fields) {
      const isWrong = name === named;
      fill(problem, isWrong && error instanceof Error && error.message);
      const group = isWrong && input.closest("details");
      if (group) group.open = true;
      input.ariaInvalid = isWrong ? "true" : null;
    }
    const isPlaced = named !== undefined && this.#fields.has(named);
    const text = error instanceof Error ? error.message : String(error ?? "");
    fill(this.#summary, text && !isPlaced && h("p", { class: "error" }, text));
  }

  /**
   * Ask for what the form describes: now, after each pause in typing, and when the line in the
   * banner has changed, such as that the issuer is back. Only the latest answer shows; null if
   * there is none, since the form or the issuer reports an error.
   * @template Answer
   * @param {(values: Values) => Promise<Answer>} ask
   * @param {(answer: Answer | null) => void} show
   * @param {AbortSignal} signal
   */
  follow(ask, show, signal) {
    let latest = new AbortController();
    const run = async (pauseMs = 0) => {
      latest.abort();
      latest = new AbortController();
      const mine = AbortSignal.any([signal, latest.signal]);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (mine.aborted) return;
      let answer = null;
      let problem;
      try {
        answer = await ask(this.read());
      } catch (error) {
        problem = error;
      }
      if (mine.aborted) return;
      this.report(problem);
      show(answer);
    };
    this.element.addEventListener("input", () => run(PAUSE_MS));
    changes.addEventListener("change", () => run(), { signal });
    return run();
  }

  /**
   * Add the button that submits the form, and others beside it.
   * @param {string} label
   * @param {(values: Values) => unknown} act Its failure shows at the field that it names.
   * @param {...HTMLElement} others
   */
  addSubmit(label, act, ...others) {
    const submit = button(
      label,
      async () => {
        try {
          this.report();
          await act(this.read());
        } catch (error) {
          this.report(error);
          this.#fields.get((error instanceof Problem && error.field) || "")?.input.focus();
        }
      },
      { class: "primary" },
    );
    submit.type = "submit";
    this.element.append(h("p", { class: "row" }, submit, ...others));
  }

  #notify() {
    if (!this.#options.changed) return;
    try {
      const values = this.read();
      this.report();
      this.#options.changed(values);
    } catch (error) {
      this.report(error);
    }
  }
}
