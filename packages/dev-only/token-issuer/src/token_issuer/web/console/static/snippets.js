// DEV-ONLY: never ship to production.
// Texts to copy: the token, and code that mints another such token and sends it.

import { locate } from "./api.js";
import { quote } from "./shell.js";

const TARGET = "http://localhost:3000/";
/** @type {Record<string, string>} */
const PYTHON_WORDS = { true: "True", false: "False", null: "None" };
/** The status of the response, by what a verifier must do. */
const STATUSES = { accept: "== 200", refuse: "== 401", either: "in {200, 401}" };

/** @typedef {keyof typeof STATUSES} Verdict */

/**
 * Return the texts to copy, by their names.
 * @param {Record<string, unknown>} fields Those of the token request.
 * @param {Schema<"TokenResponse">} response
 * @param {Verdict} verdict
 * @returns {Record<string, string>}
 */
export function buildCopies(fields, { access_token: token, authorization }, verdict) {
  const lines = authorization ?? [`Bearer ${token}`];
  const build = (/** @type {string} */ name, /** @type {(line: string) => string} */ write) =>
    lines.map((line) => write(line.replaceAll(token, name)));
  const [url, json] = [locate("/token"), JSON.stringify(fields)];
  const curlFields = build("$token", (line) => `-H "Authorization: ${line}"`);
  const pythonFields = build("{token}", (line) => `("Authorization", f${JSON.stringify(line)})`);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it becomes a template of the copied code
  const scriptFields = build("${token}", (line) => `["Authorization", \`${line}\`]`);
  const keywords = Object.entries(fields).map(([name, value]) => `${name}=${toPython(value)}`);
  return {
    Token: token,
    Header: lines.map((line) => `Authorization: ${line}`).join("\n"),
    curl: `token=$(curl -s ${quote(url)} -d ${quote(json)} \\
  -H 'Content-Type: application/json' -H 'Accept: application/jwt')
curl -i ${TARGET} ${curlFields.join(" ")}
`,
    Python: `import httpx

token = httpx.post("${url}", json=${toPython(fields)}).json()["access_token"]
response = httpx.get("${TARGET}", headers=[${pythonFields.join(", ")}])
print(response.status_code, response.text)
`,
    pytest: `import httpx


def test_token(token_issuer, start_service):  # start_service: a fixture that you write
    url = start_service(jwks_uri=token_issuer.jwks_uri)
    token = token_issuer.mint(${keywords.join(", ")})
    response = httpx.get(url, headers=[${pythonFields.join(", ")}])
    assert response.status_code ${STATUSES[verdict]}
`,
    JavaScript: `const minted = await fetch("${url}", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: ${quoteForScript(json)},
});
const { access_token: token } = await minted.json();
const response = await fetch("${TARGET}", { headers: [${scriptFields.join(", ")}] });
console.log(response.status, await response.text());
`,
  };
}

/** @param {string} text Without line breaks. */
const quoteForScript = (text) => `'${text.replace(/[\\']/g, "\\$&")}'`;

/** @param {unknown} value */
const toPython = (value) =>
  JSON.stringify(value).replace(
    /"(?:[^"\\]|\\.)*"|true|false|null/g,
    (token) => PYTHON_WORDS[token] ?? token,
  );
