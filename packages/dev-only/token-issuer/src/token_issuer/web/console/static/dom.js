// DEV-ONLY: never ship to production.
// Elements of the page. Text is always set as text, so markup in a token cannot become markup here.

/** @typedef {Node | string | number | false | null | undefined} Child */

const main = document.querySelector("main");
let lastId = 0;

/** Return an id that no other element has. */
export const newId = () => `id-${++lastId}`;

/**
 * Create an element. A function among the attributes listens to the event of that name; `true`
 * sets an empty attribute; `false`, `null` and `undefined` set none.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  fill(element, ...children);
  return element;
}

/**
 * Replace the content of an element.
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  const shown = children.flat().filter((child) => child !== false && child != null);
  element.replaceChildren(...shown.map((child) => (child instanceof Node ? child : String(child))));
}

/**
 * Create a titled part of a view.
 * @param {string} title
 * @param {...(Child | Child[])} children
 */
export function card(title, ...children) {
  const id = newId();
  return h(
    "section",
    { class: "card", "aria-labelledby": id },
    h("h3", { id }, title),
    ...children,
  );
}

/**
 * Create a button. It is busy while its action runs; a failure shows in `errors`, by default after
 * the button. A busy button is not disabled, since it would lose the focus.
 * @param {string} label
 * @param {() => unknown} act
 * @param {{ errors?: Element, class?: string, name?: string }} [options] `name` is read out instead of the label.
 */
export function button(label, act, { errors = errorPlace(), class: tone = "", name } = {}) {
  const element = h("button", { type: "button", class: tone, "aria-label": name }, label);
  element.addEventListener("click", async () => {
    if (element.ariaBusy) return;
    element.ariaBusy = "true";
    fill(errors);
    try {
      await act();
    } catch (error) {
      if (!errors.isConnected) element.after(errors);
      fill(errors, message(error));
    } finally {
      element.ariaBusy = null;
    }
  });
  return element;
}

/**
 * Return a text with code elements for what is between backticks.
 * @param {string} text
 */
export const markCode = (text) =>
  text.split("`").map((part, index) => (index % 2 ? h("code", {}, part) : part));

/**
 * Create a button that asks before it acts.
 * @param {string} label
 * @param {string} consequence
 * @param {() => unknown} act
 */
export function cautiousButton(label, consequence, act, name = label) {
  const ask = () => {
    const close = () => dialog.close();
    const proceed = button(name, () => Promise.resolve(act()).then(close), { class: "danger" });
    const buttons = h("p", { class: "row end" }, button("Cancel", close), proceed);
    const dialog = h("dialog", { "aria-label": name }, h("p", {}, consequence), buttons);
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (document.activeElement === document.body) main?.focus();
    });
    main?.append(dialog);
    dialog.showModal();
  };
  return button(label, ask, { name });
}

/**
 * Show an element for each item. The elements of items that stay are updated, and keep the focus.
 * @template Item
 * @param {Element} parent
 * @param {(item: Item, key: string) => { element: Element, update: (item: Item) => void }} create
 */
export function createRows(parent, create) {
  /** @type {Map<string, ReturnType<typeof create>>} */
  let shown = new Map();
  return (/** @type {(readonly [string, Item])[]} */ items) => {
    const hadFocus = parent.contains(document.activeElement);
    const rows = new Map(items.map(([key, item]) => [key, shown.get(key) ?? create(item, key)]));
    for (const [key, { element }] of shown) if (!rows.has(key)) element.remove();
    for (const [index, [key, item]] of items.entries()) {
      const row = rows.get(key);
      row?.update(item);
      const place = parent.children[index] ?? null;
      if (row && place !== row.element) parent.insertBefore(row.element, place);
    }
    shown = rows;
    if (hadFocus && !parent.contains(document.activeElement)) main?.focus();
  };
}

/** Create the place in which errors of a part appear, and are read out. */
export const errorPlace = () => h("div", { class: "errors", role: "alert" });

/**
 * Show an error in words.
 * @param {unknown} error
 */
export const message = (error) =>
  h("p", { class: "error" }, error instanceof Error ? error.message : String(error));

/**
 * Create a box that scrolls, also by keyboard.
 * @param {string} what
 * @param {...(Child | Child[])} children
 */
export const box = (what, ...children) =>
  h("pre", { tabindex: 0, role: "group", "aria-label": what }, ...children);

/**
 * Create a text to copy, and its button. `set` changes the text.
 * @param {string} text
 * @param {string} what What the text is, such as "command".
 */
export function copyable(text, what) {
  const code = h("code", {}, text);
  const done = h("span", { class: "copied", role: "status" });
  const copy = button(
    "Copy",
    async () => {
      await writeClipboard(code);
      fill(done, "Copied");
      setTimeout(() => fill(done), 2000);
    },
    { name: `Copy ${what}` },
  );
  const row = h("p", { class: "row" }, done, copy);
  const element = h("div", { class: "copyable" }, box(what, code), row);
  return { element, set: (/** @type {Child | Child[]} */ changed) => fill(code, changed) };
}

/** @param {HTMLElement} source */
async function writeClipboard(source) {
  try {
    return await navigator.clipboard.writeText(source.textContent ?? "");
  } catch {
    // over plain HTTP, only loopback has a clipboard; and the browser may deny it
  }
  getSelection()?.selectAllChildren(source);
  if (!document.execCommand("copy"))
    throw new Error("The browser does not let the page copy. The text is selected: press Ctrl+C.");
}

/**
 * Show the parts of a token, each in its colour.
 * @param {string[]} parts
 */
export const showParts = (parts) =>
  parts.flatMap((part, index) => [
    index > 0 && ".",
    h("span", { class: `part-${(index % 3) + 1}` }, part),
  ]);

/**
 * Replace characters that are invisible, or change the direction of others, by their JSON escapes.
 * @param {string} text
 */
export const reveal = (text) =>
  text.replace(/(?![ \n\t])[\p{C}\p{Z}]/gu, (characters) =>
    characters.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
