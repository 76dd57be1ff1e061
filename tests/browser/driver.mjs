// Chromium without a window, driven by lines of JSON: `node driver.mjs PATH_OF_CHROMIUM`.
// Speaks the protocol of `tests/chromium.py`.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { chromium } from "playwright-core";

const [executablePath] = process.argv.slice(2);
const TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 20;
const axe = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
// Names below .test are this machine, so that a page can be that of another site.
const args = ["--no-sandbox", "--no-proxy-server", "--host-resolver-rules=MAP *.test 127.0.0.1"];

const browser = await chromium.launch({ executablePath, args });
let page;
let requests;
let failures;
let problems;

async function open(options) {
  await page?.context().close();
  page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  [requests, failures, problems] = [[], [], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("requestfailed", (request) => failures.push(`${request.failure().errorText} ${describe(request)}`));
  page.on("response", (response) => {
    if (response.status() >= 400) failures.push(`${response.status()} ${describe(response.request())}`);
  });
  page.on("pageerror", (error) => problems.push(`${error}`));
  page.on("console", (message) => {
    // Chromium reports each response with an error, too; `failures` has them.
    if (["error", "warning"].includes(message.type()) && !message.text().startsWith("Failed to load"))
      problems.push(`${message.text()} (${message.location().url})`);
  });
}

function describe(request) {
  return `${request.method()} ${request.url()}`;
}

// The rules that are broken, and those that axe cannot decide.
async function findProblems(ignored) {
  await page.evaluate(axe);
  const rules = Object.fromEntries(ignored.map((rule) => [rule, { enabled: false }]));
  const { violations, incomplete } = await page.evaluate((rules) => axe.run({ rules }), rules);
  return [...violations, ...incomplete].map(
    ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html} ${node.failureSummary}`)}`,
  );
}

const actions = {
  open,
  findProblems,
  requests: () => requests,
  failures: () => failures,
  problems: () => problems,
  // From now on, no script of a page can submit its form.
  holdForms: () => page.addInitScript("HTMLFormElement.prototype.submit = () => {}"),
  // Whether a page in a window that this page opens knows who has opened it.
  keepsOpener: async (url) => {
    const opened = page.waitForEvent("popup");
    await page.evaluate((address) => void open(address), url);
    const popup = await opened;
    await popup.waitForURL(url);
    return popup.evaluate("opener !== null");
  },
  frameUrls: async () => {
    await Promise.all(page.frames().map((frame) => frame.waitForLoadState()));
    return page.frames().map((frame) => frame.url());
  },
  // A link, a button or a key that leads to another page.
  leave: async (name, ...values) => {
    await Promise.all([page.waitForEvent("framenavigated"), call(name, ...values)]);
    await page.waitForLoadState();
  },
  // Unlike `page.waitForFunction`, this works with pages whose policy forbids `eval`.
  waitUntil: async (condition) => {
    const deadline = Date.now() + TIMEOUT_MS;
    while (!(await page.evaluate(condition))) {
      if (Date.now() > deadline) throw new Error("timeout");
      await setTimeout(POLL_INTERVAL_MS);
    }
  },
  // Any method of the page, such as `keyboard.press`.
  call,
};

// Methods whose result is no JSON.
const NO_JSON = ["goto", "screenshot", "waitForSelector"];

async function call(name, ...values) {
  const path = name.split(".");
  const method = path.pop();
  const owner = path.reduce((object, key) => object[key], page);
  const result = await owner[method](...values);
  return NO_JSON.includes(name) ? null : result;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [action, ...values] = JSON.parse(line);
  const outcome = await Promise.resolve(actions[action](...values)).then(
    (result = null) => ({ result }),
    (error) => ({ failure: `${action} ${values.join(" ")}: ${error.message}` }),
  );
  console.log(JSON.stringify(outcome));
}
await browser.close();
