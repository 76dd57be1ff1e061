// DEV-ONLY: never ship to production.
// Controls: see, set and reset the clock, the faults, the logins and the users of the issuer.

import { call, load, Problem } from "../api.js";
import { button, card, cautiousButton, createRows, fill, h } from "../dom.js";
import { loadProperties } from "../fields.js";
import { Form } from "../form.js";
import { changes, count, refreshStatus, state } from "../status.js";
import { describeDuration, formatTime, issuerNow, repeat } from "../time.js";

const USER_NAME = /^[a-z\d][\w.+@-]{0,63}$/i; // "..", for one, would lead to another path
const USER_NAME_RULE = "letters, digits and . _ + @ -, with a letter or digit first, 64 at most";

/** @type {import("../visit.js").View["show"]} */
export async function show(root, { signal }) {
  const creating = /** @type {const} */ ([createClock(), createFaults(), createLogins()]);
  const [clock, faults, logins] = await Promise.all(creating);
  const users = await createUsers(logins.suggest);
  root.classList.add("two", "pairs");
  root.append(
    h("div", { class: "stack" }, clock.element, faults.element),
    h("div", { class: "stack" }, logins.element, users.element),
  );
  const update = () => {
    for (const each of [clock, faults, logins]) each.update();
  };
  changes.addEventListener("read", update, { signal });
  await refreshStatus();
  repeat(1000, clock.update, signal);
  // If the issuer does not answer, the banner says so.
  repeat(5000, () => users.update().catch(() => {}), signal);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
async function change(method, path, body) {
  await call(method, path, body);
  await refreshStatus();
}

async function createClock() {
  const [time, words] = [h("p", { class: "time mono" }), h("p")];
  const set = (/** @type {unknown} */ body) => change("PUT", "/admin/clock", body);
  const freeze = button("Freeze", () => set({ frozen: !state.clock?.frozen }));
  const reset = button("Reset the clock", () => change("DELETE", "/admin/clock"));
  const form = new Form(await loadProperties("ClockRequest"));
  form.addSubmit("Set the clock", set, freeze, reset);
  const update = () => {
    const { offset_s = 0, frozen = false } = state.clock ?? {};
    fill(time, formatTime(issuerNow()));
    const offset = `${describeDuration(offset_s)} ${offset_s > 0 ? "ahead of" : "behind"}`;
    const place = Math.abs(offset_s) < 1 ? "The same as" : offset;
    fill(words, `${place} the system clock${frozen ? ", and frozen" : ""}.`);
    fill(freeze, frozen ? "Let it run" : "Freeze");
  };
  return { element: card("Clock", time, words, form.element), update };
}

async function createFaults() {
  const common = ["paths", "requests", "for"];
  const { kind, ...others } = await loadProperties("Fault");
  const properties = { kind: { ...kind, default: "status" }, ...others };
  const { components } = await load("/openapi.json");
  const names = Object.keys(properties).filter((name) => !common.includes(name));
  const form = new Form(properties, { fields: [...names, ...common], choices: { paths: [] } });
  const { input, help } = form.find("kind");
  const fit = () => {
    const { description, options, paths } = components.schemas.Fault["x-kinds"][input.value];
    fill(help, description);
    form.limit(["kind", ...options, ...common]);
    form.suggest("paths", paths);
  };
  input.addEventListener("change", fit);
  fit();

  const list = createList(
    "No fault is set.",
    (
      /** @type {Schema<"FaultState">} */ { fault, struck, is_over, requests_left, seconds_left },
    ) => {
      const { kind, paths, requests, for: time, ...options } = fault;
      return [
        kind,
        paths?.join(", ") ?? "the key documents",
        ...Object.entries(options).map(([name, value]) => `${name}: ${value}`),
        `has struck ${count(struck, "request")}`,
        is_over && "over",
        !is_over && requests_left !== null && `${count(requests_left, "request")} left`,
        !is_over && seconds_left !== null && `${describeDuration(seconds_left)} left`,
      ];
    },
    (number, { fault: { kind } }) => {
      const remove = () => change("DELETE", `/admin/faults/${number}`);
      return [button("Remove", remove, { name: `Remove ${kind} ${number}` })];
    },
  );
  const reset = button("Remove all faults", () => change("DELETE", "/admin/faults"));
  form.addSubmit("Add the fault", (fault) => change("POST", "/admin/faults", fault), reset);
  const update = () =>
    list.show((state.faults?.faults ?? []).map((each) => [`${each.number}`, each]));
  return {
    element: card("Faults", list.element, h("h4", {}, "Add a fault"), form.element),
    update,
  };
}

async function createLogins() {
  const { defects } = await load("/defects?kind=login");
  const choices = {
    user: [],
    defect: defects.map((/** @type {Schema<"DefectDescription">} */ { id }) => id),
  };
  const fields = ["user", "defect", "deny", "claims"];
  const form = new Form(await loadProperties("LoginPlan"), { fields, choices });
  const forget = button("Forget all logins", () => change("DELETE", "/admin/logins"));
  form.addSubmit("Plan the login", (plan) => change("POST", "/admin/logins", plan), forget);
  const planned = createList(
    "No login is planned: users decide on the login page.",
    (/** @type {Schema<"LoginPlan">} */ { user, deny, claims, defect }) => [
      `${user ?? "The user"} ${deny ? "denies" : "logs in"}`,
      defect && `with the defect ${defect}`,
      ...describeClaims(claims),
    ],
  );
  const done = createList(
    "Nobody has logged in yet.",
    (/** @type {Schema<"DoneLogin">} */ { number, user, client_id, defect, struck, ...login }) => [
      `${number}. ${user} at ${client_id}`,
      login.request ? `asked for ${login.request.scope || "no scope"}` : "on a device",
      login.request?.has_state && "sent state",
      login.request?.has_nonce && "sent nonce",
      login.request?.code_challenge_method && `PKCE ${login.request.code_challenge_method}`,
      login.requests.length > 0 && `has requested ${login.requests.join(", ")}`,
      defect && `defect ${defect} ${struck ? "has struck" : "has not struck"}`,
    ],
  );
  const update = () => {
    const { logins = [], done: latest = [] } = state.logins ?? {};
    planned.show(logins.map((plan, index) => [`${index}`, plan]));
    done.show(latest.toReversed().map((login) => [`${login.number}`, login]));
  };
  const [before, after] = ["Latest logins", "Plan the next login"].map((text) => h("h4", {}, text));
  const element = card("Logins", planned.element, before, done.element, after, form.element);
  const suggest = (/** @type {string[]} */ users) => form.suggest("user", users);
  return { element, update, suggest };
}

/** @param {(users: string[]) => void} changed */
async function createUsers(changed) {
  /** @type {Schema<"UserDescription">[]} */
  let users = [];
  const properties = await loadProperties("UserDescription");
  const description = "sub is the name unless given; omit lists claims that the user lacks.";
  const claims = { ...properties.claims, description, examples: [{ groups: ["qa"] }] };
  const form = new Form({ ...properties, claims }, { fields: ["name", "claims"] });
  const edit = (/** @type {string} */ name) => {
    const user = users.find((each) => each.name === name);
    form.write({ name, claims: { sub: user?.sub, ...user?.claims } });
    form.find("claims").input.focus();
  };
  /**
   * @param {string} method
   * @param {string} name
   * @param {unknown} [body]
   */
  const send = async (method, name, body) => {
    await call(method, `/admin/users/${encodeURIComponent(name)}`, body);
    await update();
  };
  form.addSubmit("Add or replace the user", ({ name, claims = {} }) => {
    if (!name) throw new Problem("name: missing; name the user");
    if (!USER_NAME.test(name)) throw new Problem(`name: expected ${USER_NAME_RULE}`);
    return send("PUT", name, claims).catch((error) => {
      if (error.status === 400) error.field ??= "claims";
      throw error;
    });
  });
  const list = createList(
    "No user is declared.",
    (/** @type {Schema<"UserDescription">} */ { name, sub, claims }) => [
      name,
      sub !== name && `sub: ${sub}`,
      ...describeClaims(claims),
    ],
    (name) => {
      const consequence = `Sessions and tokens of ${name} are rejected from now on.`;
      const remove = () => send("DELETE", name);
      return [
        button("Edit", () => edit(name), { name: `Edit ${name}` }),
        cautiousButton("Remove", consequence, remove, `Remove ${name}`),
      ];
    },
  );
  const update = async () => {
    ({ users } = await call("GET", "/admin/users"));
    list.show(users.map((user) => [user.name, user]));
    changed(users.map(({ name }) => name));
  };
  await update();
  const heading = h("h4", {}, "Add or replace a user");
  return { element: card("Users", list.element, heading, form.element), update };
}

/** @param {Record<string, unknown>} [claims] */
const describeClaims = (claims = {}) =>
  Object.entries(claims).map(
    ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );

/**
 * Create a list whose items have a title, words and buttons.
 * @template Item
 * @param {string} none
 * @param {(item: Item) => (string | false | null | undefined)[]} describe
 * @param {(key: string, item: Item) => HTMLElement[]} [createButtons]
 */
function createList(none, describe, createButtons = () => []) {
  const [list, empty] = [h("ul", { class: "plain stack" }), h("p", { class: "soft" }, none)];
  const showRows = createRows(list, (/** @type {Item} */ first, key) => {
    const [title, text] = [h("strong"), h("p", { class: "soft" })];
    const element = h("li", {}, h("p", { class: "row" }, title, createButtons(key, first)), text);
    const update = (/** @type {Item} */ item) => {
      const [name, ...words] = describe(item);
      fill(title, name);
      fill(text, words.filter(Boolean).join(" · "));
    };
    return { element, update };
  });
  const show = (/** @type {(readonly [string, Item])[]} */ items) => {
    empty.hidden = items.length > 0;
    list.hidden = !items.length;
    showRows(items);
  };
  return { element: h("div", {}, list, empty), show };
}
