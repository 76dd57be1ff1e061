// Chromium without a window, driven by lines of JSON: `node driver.mjs PATH_OF_CHROMIUM`.
// Speaks the protocol of `tests/chromium.py`.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [executablePath] = process.argv.slice(2);
const axe = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
let page;
let requests;

async function open(options) {
  await page?.context().close();
  page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(30_000);
  requests = [];
  page.on("request", (request) => requests.push(request.url()));
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
  frameUrls: () => page.frames().map((frame) => frame.url()),
  // A link, a button or a key that leads to another page.
  leave: async (name, ...values) => {
    await Promise.all([page.waitForEvent("framenavigated"), call(name, ...values)]);
    await page.waitForLoadState();
  },
  // Any method of the page, such as `keyboard.press`.
  call,
};

async function call(name, ...values) {
  const path = name.split(".");
  const method = path.pop();
  const owner = path.reduce((object, key) => object[key], page);
  const result = await owner[method](...values);
  return ["goto", "waitForFunction"].includes(name) ? null : result; // those return no JSON
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
