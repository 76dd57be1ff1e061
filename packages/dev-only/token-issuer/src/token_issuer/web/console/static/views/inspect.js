// DEV-ONLY: never ship to production.
// Inspect: the parts of any text that may be a token, and what a strict verifier says about it.

import { call, load } from "../api.js";
import { box, button, card, fill, h, markCode, reveal, showParts } from "../dom.js";
import { loadProperties } from "../fields.js";
import { Form } from "../form.js";
import { count } from "../status.js";
import { describeMoment, formatTime } from "../time.js";
import { go } from "../visit.js";

/**
 * @typedef {Schema<"Inspection">} Inspection
 * @typedef {Schema<"DefectDescription">} Defect
 */

const LONG = 400;

/** @type {import("../visit.js").View["show"]} */
export async function show(root, { parameters, signal }) {
  const [properties, { defects }] = await Promise.all([
    loadProperties("InspectionRequest"),
    load("/defects?kind=token"),
  ]);
  const form = new Form({ ...properties, token: { ...properties.token, rows: 8 } });
  const { input } = form.find("token");
  const verdict = h("div", { class: "flow", role: "status" });
  const [shown, parts] = [h("div", { class: "flow" }), h("div", { class: "wide stack" })];

  form.write(parameters);
  await form.follow(
    (request) => {
      const token = input.value; // with the white space at its ends
      return token.trim()
        ? call("POST", "/admin/inspect", { ...request, token })
        : Promise.resolve();
    },
    (inspection) => {
      fill(
        verdict,
        inspection
          ? describeVerdict(inspection)
          : "Paste a token to see what is in it, and what is wrong with it.",
      );
      fill(shown, inspection && describeDefects(inspection, defects));
      fill(parts, inspection && describeParts(inspection));
    },
    signal,
  );
  root.classList.add("two");
  fill(root, card("Token to inspect", form.element), card("Verdict", verdict, shown), parts);
}

/** @param {Inspection} inspection */
function describeVerdict({ summary, notes, verdict, signature }) {
  const { accepted, message, code, issuer, audience } = verdict;
  const words = accepted
    ? `A strict verifier accepts it. ${message}`
    : `A strict verifier rejects it: ${message} (${code}).`;
  const expected = `It expects the issuer ${issuer} and the audience ${audience}.`;
  return [
    h("p", {}, [summary, ...notes].join(" ")),
    h("p", { class: accepted ? "good" : "error" }, reveal(words)),
    h("p", { class: "help" }, reveal(expected)),
    signature && h("p", {}, h("strong", {}, "Signature: "), reveal(signature.summary)),
  ];
}

/**
 * @param {Inspection} inspection
 * @param {Defect[]} catalogue
 */
const describeDefects = ({ defects }, catalogue) =>
  catalogue
    .filter(({ id }) => defects.includes(id))
    .map(({ id, title }) =>
      h(
        "div",
        { class: "note row" },
        h("p", {}, "Similar to the defect ", h("strong", {}, id), ": ", markCode(title), "."),
        button("Mint another", () => go("mint", { defect: id }), { name: `Mint another ${id}` }),
      ),
    );

/** @param {Inspection} inspection */
const describeParts = ({ parts, header, claims, verdict }) => [
  parts.length > 0 &&
    card("Parts of the token", box("token", showParts(parts.map(({ text }) => reveal(text))))),
  ...parts.map(({ name, length, size, decoded, problems }, index) => {
    const members = [header, claims][index] ?? [];
    const bytes = size === null ? "" : `, ${count(size, "byte")}`;
    const element = card(
      name,
      h("p", { class: "soft" }, `${count(length, "character")}${bytes}`),
      problems.map((problem) => h("p", { class: "note" }, problem)),
      members.length > 0 &&
        h("table", {}, ...members.map((member) => describe(member, verdict.now))),
      !members.length && decoded && box(name, reveal(decoded)),
    );
    element.classList.add("part");
    element.firstElementChild?.classList.add(`part-${(index % 3) + 1}`);
    return element;
  }),
];

/**
 * @param {Schema<"InspectedMember">} member
 * @param {string} now
 */
function describe({ name, value, meaning, source, time }, now) {
  const shown = reveal(value);
  const moment =
    time && ` ${formatTime(Date.parse(time))}, ${describeMoment(time, Date.parse(now))}.`;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("bdi", {}, reveal(name))),
    h(
      "td",
      {},
      value.length > LONG ? box(`value of ${name}`, shown) : h("code", {}, h("bdi", {}, shown)),
      h(
        "p",
        { class: "help" },
        meaning,
        moment && h("strong", {}, moment),
        source && ` (${source})`,
      ),
    ),
  );
}
