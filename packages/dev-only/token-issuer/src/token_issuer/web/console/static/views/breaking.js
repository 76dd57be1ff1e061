// DEV-ONLY: never ship to production.
// The catalogue of defects, and the commands that try them on a target.

import { call, load, Problem } from "../api.js";
import { buildCommands, buildProbe, EXAMPLE, OPTIONS } from "../commands.js";
import { button, card, copyable, fill, h, markCode } from "../dom.js";
import { loadProperties } from "../fields.js";
import { Form } from "../form.js";
import { TRUST } from "../shell.js";
import { count } from "../status.js";
import { go } from "../visit.js";

/** @typedef {Schema<"DefectDescription">} Defect */
/** @typedef {import("../form.js").Values} Values */

const ADVICE =
  "Fill in your target, and run the command in a terminal on its machine. This page runs no probe: " +
  "a browser cannot send such requests to another site, and a probe may crash its target.";
const INSTALLATION =
  "`token-issuer` is not installed? Inside a checkout, write `ci/uv run --project " +
  "packages/dev-only/token-issuer --locked token-issuer` instead.";
const SECRET = "In that terminal, set `TOKEN_ISSUER_ADMIN_TOKEN` to the secret of this issuer.";
const FIELDS = {
  command: {
    enum: Object.keys(OPTIONS),
    default: "probe",
    description: "probe: a service that verifies tokens. probe-login: an application with a login.",
  },
  target: {
    description: "A URL that requires a token, or that starts a login.",
    examples: [EXAMPLE],
  },
  logged_in: { description: "The URL of a page that requires a login.", examples: [EXAMPLE] },
  logged_in_text: { description: "A text that this page shows only to a user who is logged in." },
  user: { description: "The user who logs in; by default the first one." },
  aud: { description: "The audience that the service expects." },
  header: { description: "The header field with the token; by default Authorization." },
  accept_status: { description: "The statuses by which it accepts a token; by default 200-299." },
  refuse_status: {
    description: "The statuses by which it rejects a token; by default 400-499 except 404, 429.",
  },
  allow_host: {
    description: "The host of the target, if it is another machine, which a probe may crash.",
  },
  no_scheme: { type: "boolean", description: "Send the token without Bearer before it." },
};
const DUTIES = {
  refuse: ["must reject it", "if it accepts it"],
  accept: ["must accept it", "if it rejects it"],
  either: ["may accept or reject it", "if it crashes"],
};
const TONES = { critical: "bad", high: "bad", medium: "warn", low: "" };
/** @type {Record<string, string>} */
const SITES = {
  CVE: "https://www.cve.org/CVERecord?id=CVE-",
  RFC: "https://www.rfc-editor.org/rfc/rfc",
};

/** @type {import("../visit.js").View["show"]} */
export async function show(root, { parameters }) {
  /** @type {{ defects: Defect[] }} */
  const { defects } = await load("/defects");
  /** @type {Schema<"UserList">} */
  const { users } = await call("GET", "/admin/users").catch(() => ({ users: [] }));
  const choices = { user: users.map(({ name }) => name) };
  const properties = await loadProperties("DefectDescription");
  const search = { description: "Words of a title, an explanation, a check or a source." };
  const fields = ["search", "kind", "severity", "verdict"];
  const filter = new Form({ search, ...properties }, { fields, changed: select });
  const probe = new Form(FIELDS, { choices, changed: showCommands });
  const command = copyable("", "command");
  const summary = h("p", { class: "soft", role: "status" });
  const items = defects.map((defect) => {
    const body = h("div", { class: "stack" });
    const render = () => fill(body, ...describe(defect, probe.read(), choices.user[0]));
    const level = h("span", { class: `pill ${TONES[defect.severity]}` }, defect.severity);
    const id = h("code", { class: "soft" }, defect.id);
    const element = h(
      "details",
      {
        class: "defect",
        open: defect.id === parameters.defect,
        toggle: () => element.open && render(),
      },
      h("summary", {}, ...markCode(defect.title), " ", id, " ", level),
      body,
    );
    return { defect, element, render };
  });
  const groups = [...Map.groupBy(items, ({ defect }) => defect.group)].map(([name, members]) => {
    const size = h("span", { class: "soft" });
    const elements = members.map(({ element }) => element);
    const title = h(
      "summary",
      {},
      h("h4", {}, name.replaceAll("-", " ").replace(/^id/, "ID")),
      " ",
      size,
    );
    return { element: h("details", { class: "group" }, title, elements), elements, size };
  });
  const list = h(
    "div",
    {},
    groups.map(({ element }) => element),
  );
  root.classList.add("pairs");
  const needsSecret = document.documentElement.dataset.admin === "secret";
  const notes = [INSTALLATION, needsSecret && SECRET, TRUST].filter(Boolean);
  root.append(
    card(
      "Probe your service or application",
      h("p", {}, ADVICE),
      probe.element,
      command.element,
      notes.map((note) => h("p", { class: "soft" }, markCode(String(note)))),
    ),
    card("Catalogue of defects", filter.element, summary, list),
  );
  probe.write(parameters);
  filter.write({ search: parameters.defect ?? "", ...parameters });

  /** @param {Values} values */
  function select({ search: text = "", ...wanted }) {
    const words = text.toLowerCase().split(/\s+/);
    for (const { defect, element } of items) {
      const content = Object.values(defect).join(" ").toLowerCase();
      const entries = Object.entries(defect);
      const isWanted = entries.every(([name, value]) => [undefined, value].includes(wanted[name]));
      element.hidden = !(
        isWanted && words.every((/** @type {string} */ word) => content.includes(word))
      );
    }
    for (const { element, elements, size } of groups) {
      const shown = elements.filter(({ hidden }) => !hidden).length;
      element.hidden = !shown;
      element.open = Boolean(text || Object.keys(wanted).length);
      fill(size, count(shown, "defect"));
    }
    probe.write({});
  }

  /** @param {Values} values */
  function showCommands(values) {
    const shown = items.filter(({ element }) => !element.hidden);
    fill(summary, `${shown.length} of ${count(items.length, "defect")}`);
    for (const { element, render } of shown) if (element.open) render();
    probe.limit(["command", "target", ...(OPTIONS[values.command] ?? [])]);
    command.set("");
    const isProbe = values.command === "probe";
    const ids = shown
      .filter(({ defect }) => (isProbe ? defect.kind === "token" : defect.group !== "credentials"))
      .map(({ defect }) => defect.id);
    if (!ids.length)
      throw new Problem(`command: ${values.command} tries none of the defects below`);
    for (const name of ["target", "logged_in"]) checkUrl(name, values[name] ?? EXAMPLE);
    command.set(buildProbe(values, shown.length < items.length ? ids : []));
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
function checkUrl(name, text) {
  if (/^https?:\/\/[!-~]+$/i.test(text) && URL.canParse(text)) return;
  throw new Problem(`${name}: expected a URL such as ${EXAMPLE}`);
}

/**
 * @param {Defect} defect
 * @param {Values} values
 * @param {string} [user]
 */
function describe(defect, values, user) {
  const [duty, failure] = DUTIES[defect.verdict];
  const subject = defect.kind === "token" ? "A verifier" : "An application";
  const source = defect.source
    .split(/((?:CVE-|RFC )[\d-]+)/)
    .map((text, index) =>
      index % 2 ? h("a", { href: SITES[text.slice(0, 3)] + text.slice(4) }, text) : text,
    );
  const rows = Object.entries({
    Wrong: markCode(defect.wrong),
    Why: markCode(defect.why),
    Verdict: `${subject} ${duty}; ${defect.severity} ${failure}`,
    Remedy: [`Check ${defect.check}: `, ...markCode(defect.remedy)],
    Source: source,
    ...(defect.fault && { Needs: `The fault ${defect.fault}; set it under Controls` }),
  });
  const commands = Object.entries(buildCommands(defect, values, user));
  return [
    h(
      "dl",
      {},
      rows.flatMap(([term, content]) => [h("dt", {}, term), h("dd", {}, content)]),
    ),
    ...commands.map(([purpose, text]) =>
      h("div", {}, h("p", { class: "help" }, purpose), copyable(text, purpose).element),
    ),
    defect.kind === "token" &&
      h(
        "p",
        {},
        button("Mint it", () => go("mint", { defect: defect.id })),
      ),
  ];
}
