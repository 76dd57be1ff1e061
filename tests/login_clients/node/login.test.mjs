// Log in to an application with Playwright: `node --test login.test.mjs`.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core"; // `playwright` brings a browser, playwright-core does not

const { APP_URL = "http://localhost:3000", ISSUER_URL = "http://localhost:8081", CHROMIUM } = process.env;

let browser;
before(async () => (browser = await chromium.launch({ executablePath: CHROMIUM })));
after(() => browser.close());

test("alice logs in on the page", async () => {
  const page = await browser.newPage(); // shares no cookies with other pages
  await page.goto(`${APP_URL}/login`);
  await page.getByRole("button", { name: "alice@example.com" }).click();
  await page.waitForURL(`${APP_URL}/me`);
  assert.match(await page.content(), /alice@example\.com/);
});

test("bob denies the login", async () => {
  const page = await browser.newPage();
  await page.goto(`${APP_URL}/login`);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("access_denied").waitFor();
});

test("a planned login shows no page", async () => {
  const plan = { user: "bob", claims: { email: "bob@corp.example.test" } };
  await fetch(`${ISSUER_URL}/admin/logins`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(plan),
  });
  const page = await browser.newPage();
  await page.goto(`${APP_URL}/login`);
  assert.equal(page.url(), `${APP_URL}/me`);
  assert.match(await page.content(), /bob@corp\.example\.test/);
});
