// DEV-ONLY: never ship to production.
// The secret of the admin routes: asked for once in each tab, and kept until the tab is closed.

import { button, fill, h } from "./dom.js";

const KEY = "token-issuer-secret";

/** @type {Promise<void> | null} */
let asking = null;

export const readSecret = () => sessionStorage.getItem(KEY);

/**
 * Ask for the secret, unless another one than *rejected* was given meanwhile.
 * @param {string | null} rejected
 * @returns {Promise<void>}
 */
export function askForSecret(rejected) {
  if (readSecret() !== rejected) return Promise.resolve();
  asking ??= ask(rejected !== null).finally(() => {
    asking = null;
  });
  return asking;
}

/** @param {boolean} isWrong */
function ask(isWrong) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("secret"));
  const input = h("input", { id: "secret-input", type: "password", autocomplete: "off" });
  input.setAttribute("aria-describedby", "secret-help");
  const problem = isWrong && h("p", { class: "error", role: "alert" }, "This secret is wrong.");
  return new Promise((/** @type {(value: void) => void} */ resolve) => {
    const use = () => {
      const secret = input.value.trim().replace(/[^!-~]/g, "?"); // no header field has others
      if (!secret) return;
      sessionStorage.setItem(KEY, secret);
      dialog.close();
      resolve();
    };
    const help = "The value of TOKEN_ISSUER_ADMIN_TOKEN with which the issuer was started.";
    fill(
      dialog,
      h("h2", { id: "secret-title" }, "The console needs a secret"),
      problem,
      h("label", { for: input.id }, "Secret"),
      input,
      h("p", { id: "secret-help", class: "soft" }, help),
      h("p", { class: "row" }, button("Continue", use, { class: "primary" })),
    );
    dialog.onkeydown = (event) => event.key === "Enter" && use();
    dialog.oncancel = (event) => event.preventDefault();
    dialog.showModal();
  });
}
