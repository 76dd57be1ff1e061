// Chromium without a window, driven by lines of JSON: `node chromium.mjs PATH_OF_CHROMIUM`.
// Speaks the protocol of `tests/chromium.py`.
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [executablePath] = process.argv.slice(2);
const TIMEOUT_MS = 60_000;

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
let page;
let visited;
let status;

const actions = {
  async forget() {
    await page?.context().close();
    page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on("request", (request) => request.isNavigationRequest() && visited.push(request.url()));
    page.on("response", (response) => response.request().isNavigationRequest() && (status = response.status()));
  },
  open: (url) => leave(() => page.goto(url, { waitUntil: "commit" })),
  click: (selector) => leave(() => page.locator(selector).click()),
};

// Leave the page, and describe the next one that shows a form or a text: a page without either is on
// its way to another one, by script.
async function leave(action) {
  visited = [];
  await page.evaluate(() => (window.isLeft = true));
  await action();
  await page.waitForFunction(() => !window.isLeft && document.querySelector("form, main:not(:empty)"));
  return { url: page.url(), status, visited, text: await page.content() };
}

for await (const line of createInterface({ input: process.stdin })) {
  const [action, argument] = JSON.parse(line);
  try {
    console.log(JSON.stringify({ result: (await actions[action](argument)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ failure: `${action} ${argument}: ${error.message}` }));
  }
}
await browser.close();
