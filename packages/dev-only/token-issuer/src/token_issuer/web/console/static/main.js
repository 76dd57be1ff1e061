// DEV-ONLY: never ship to production.
// Starts the console: shows the part that the address names, and watches the state of the issuer.

import { Problem, SILENCE } from "./api.js";
import { button, fill, h, message } from "./dom.js";
import { watchStatus } from "./status.js";
import { takeParameters } from "./visit.js";

/** @typedef {import("./visit.js").View} View */
/** @typedef {import("./visit.js").Parameters} Parameters */

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
/** @type {Map<string, HTMLAnchorElement>} */
const links = new Map();
for (const link of document.querySelectorAll("nav a")) {
  const anchor = /** @type {HTMLAnchorElement} */ (link);
  if (anchor.hash) links.set(anchor.hash.slice(1), anchor);
}
const [FIRST = ""] = links.keys();

let visit = new AbortController();
/**
 * What the forms contained when a view was left, by its address.
 * @type {Map<string, Parameters>}
 */
const typed = new Map();
let address = "";

async function showView() {
  const [named = "", query = ""] = location.hash.slice(1).split("?");
  const name = links.has(named) ? named : FIRST;
  if (main.dataset.view) typed.set(address, readForms());
  address = location.hash;
  visit.abort();
  visit = new AbortController();
  const { signal } = visit;
  for (const [other, link] of links) {
    if (other === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const title = links.get(name)?.textContent ?? "";
  document.title = `${title} · token-issuer console (DEV ONLY)`;
  delete main.dataset.view;
  const root = h("div", { class: "view" });
  fill(main, h("h2", {}, title), root);
  const parameters = takeParameters(typed.get(address) ?? new URLSearchParams(query));
  try {
    /** @type {View} */
    const view = await import(`./views/${name}.js`).catch(() => {
      throw new Problem(SILENCE);
    });
    if (signal.aborted) return;
    await view.show(root, { parameters, signal });
    if (!signal.aborted) main.dataset.view = name;
  } catch (error) {
    if (!signal.aborted) fill(root, message(error), button("Try again", showView));
  }
}

function readForms() {
  const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (main.querySelectorAll("form [name]"));
  const given = [...inputs].filter(({ type, checked }) => type !== "checkbox" || checked);
  return Object.fromEntries(given.map(({ name, value }) => [name, value]));
}

document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault(); // the address names a view
  main.focus();
});
addEventListener("hashchange", () => {
  main.focus();
  showView();
});
showView();
watchStatus();
