// DEV-ONLY: never ship to production.
// Command lines that try defects on the reader's target. Empty fields have the values of an example.

import { ROOT } from "./api.js";
import { quote } from "./shell.js";

/** @typedef {import("./form.js").Values} Values */

export const EXAMPLE = "http://localhost:8080/orders";
/**
 * The fields of the form that each command has as options.
 * @type {Record<string, string[]>}
 */
export const OPTIONS = {
  probe: ["header", "no_scheme", "aud", "accept_status", "refuse_status", "allow_host"],
  "probe-login": ["logged_in", "logged_in_text", "user", "allow_host"],
};

const UNSENDABLE = "sub-huge"; // curl sends no header field above 1 MB
const ISSUER = quote(ROOT.href.slice(0, -1));
const PLAN = `curl -sS ${
  document.documentElement.dataset.admin === "secret"
    ? '-H "Authorization: Bearer $TOKEN_ISSUER_ADMIN_TOKEN" '
    : ""
}-H 'Content-Type: application/json'`;

/**
 * Return the command line that probes.
 * @param {Values} values
 * @param {string[]} ids Of the only checks; none: all checks.
 */
export function buildProbe({ command, target = EXAMPLE, ...values }, ids) {
  /** @type {Values} */
  const given = { logged_in: EXAMPLE, ...values, only: ids.join() };
  const options = [...(OPTIONS[command] ?? []), "only"].filter((name) => given[name]);
  const words = options.map((name) => {
    const value = given[name] === true ? "" : `=${quote(given[name])}`;
    return `--${name.replaceAll("_", "-")}${value}`;
  });
  return ["token-issuer", command, quote(target), `--issuer=${ISSUER}`, ...words].join(" ");
}

/**
 * Return the command lines for one defect, by what each does.
 * @param {Schema<"DefectDescription">} defect
 * @param {Values} values
 * @param {string} [user] Who logs in, unless *values* say so.
 * @returns {Record<string, string>}
 */
export function buildCommands({ id, kind, group }, values, user) {
  const command = kind === "token" ? "probe" : "probe-login";
  const own = values.command === command ? values : { command };
  const probe = buildProbe(own, [id]);
  if (kind === "login") {
    const login = JSON.stringify({ user: own.user ?? user, defect: id });
    const plan = `${PLAN} -d ${quote(login)} ${ISSUER}/admin/logins`;
    return { "Let the next login have it": plan, "Probe for it alone": probe };
  }
  const { target = EXAMPLE, header = "Authorization", aud, no_scheme } = own;
  const isHeader = group === "credentials"; // the token itself is good
  const options = `-d defect=${id}${aud ? ` --data-urlencode ${quote(`aud=${aud}`)}` : ""}`;
  const fields = isHeader
    ? `curl -sS ${options} ${ISSUER}/token | jq -r ${quote(`.authorization[] | "${header}: \\(.)"`)}`
    : `(printf %s ${quote(`${header}: ${no_scheme ? "" : "Bearer "}`)}; curl -sS -H 'Accept: text/plain' ${options} ${ISSUER}/token)`;
  const make = `token-issuer make-token --url=${ISSUER} --defect=${id}`;
  return {
    "Mint a token with it": `${make}${aud ? ` --aud=${quote(aud)}` : ""}${isHeader ? " --json" : ""}`,
    ...(id !== UNSENDABLE && {
      "Mint it, and send it": `${fields} | curl -i -H @- ${quote(target)}`,
    }),
    "Probe for it alone": probe,
  };
}
