// DEV-ONLY: never ship to production.
// The request log, and whether anyone has fetched the keys.

import { call, load } from "../api.js";
import { button, card, errorPlace, fill, h, message, reveal } from "../dom.js";
import { Form } from "../form.js";
import { count } from "../status.js";
import { describeMoment, repeat } from "../time.js";

/** @typedef {Schema<"LoggedRequest">} Entry */

const MAX_ITEMS = 100;
const OWN_AGENT = navigator.userAgent.slice(0, 200); // as the log cuts it off
const FIELDS = {
  filter: { description: "Words of a path, method, status, issuer, client or fault: certs 503" },
  include_this_browser: { type: "boolean" },
  pause: { type: "boolean" },
};

/** @type {import("../visit.js").View["show"]} */
export async function show(root, { signal }) {
  const { paths, components } = await load("/openapi.json");
  /** @type {Record<string, { description: string }>} */
  const kinds = components.schemas.Fault["x-kinds"];
  // Of all documents, only those of keys answer 304.
  const keyPaths = new Set(Object.keys(paths).filter((path) => paths[path].get?.responses[304]));
  /** @type {Schema<"RequestList">} */
  let log = { count: 0, counts: {}, requests: [] };
  const verdict = h("p", { role: "status" });
  const [clients, summary] = [h("ul", { class: "plain" }), h("p", { class: "soft" })];
  const [errors, list] = [errorPlace(), h("ul", { class: "plain log" })];
  const form = new Form(FIELDS, { changed: () => render() });
  const clear = button(
    "Clear the log",
    async () => update(await call("DELETE", "/admin/requests")),
    { errors },
  );
  root.classList.add("pairs");
  root.append(
    card("Did the proxy fetch its keys?", verdict, clients),
    card("Log", form.element, h("div", { class: "row" }, clear, summary), errors, list),
  );

  /** @param {typeof log} changed */
  function update(changed) {
    const isCut = changed.count > changed.requests.length;
    const isLonger = isCut || changed.requests[0]?.number === log.requests[0]?.number;
    const latest = isLonger ? log.requests.at(-1)?.number : 0; // 0: it was cleared meanwhile
    log = changed;
    answer(isCut);
    render(latest);
  }

  /** @param {boolean} isCut Whether earlier requests are no longer listed. */
  function answer(isCut) {
    const fetches = log.requests.filter(({ method, issuer, path, user_agent }) => {
      const local = issuer ? path.replace(`/${issuer}`, "") : path;
      const isKeys = keyPaths.has(local) || keyPaths.has(local.replace(/[^/]+$/, "{account}"));
      return method === "GET" && isKeys && user_agent !== OWN_AGENT;
    });
    const byClient = Map.groupBy(fetches, ({ user_agent }) => user_agent);
    const served = [...byClient.values()].filter((each) => !each.every(hasFailed)).length;
    const since = isCut
      ? `in the latest ${log.requests.length} requests; earlier ones are no longer listed`
      : "since the log was cleared";
    let text = `Yes: ${count(served, "client")} fetched keys ${since}.`;
    if (!served) text = `No: each request for keys failed or met a fault ${since}.`;
    if (!byClient.size) {
      text = `${isCut ? "No" : "Not yet"}: no client requested keys ${since}. Requests of this browser are left out.`;
    }
    if (verdict.textContent !== text) fill(verdict, text);
    fill(clients, [...byClient.values()].flatMap(describeClient));
  }

  /** @param {number} [after] The number of the latest request that is shown already. */
  function render(after = 0) {
    const { filter = "", include_this_browser: hasOwn } = form.read();
    const words = filter.toLowerCase().split(/\s+/);
    const added = log.requests.filter((entry) => {
      if (entry.number <= after || (entry.user_agent === OWN_AGENT && !hasOwn)) return false;
      const { method, path, status, issuer, user_agent, faults } = entry;
      const text = [method, path, status, issuer, user_agent, faults].join(" ").toLowerCase();
      return words.every((/** @type {string} */ word) => text.includes(word));
    });
    if (!after) fill(list);
    const items = added.slice(-MAX_ITEMS).map((entry) => createItem(entry, kinds));
    list.prepend(...items.reverse());
    while (list.children.length > MAX_ITEMS) list.lastChild?.remove();
    fill(summary, `${list.children.length} of ${count(log.count, "request")}, newest first`);
    updateTimes();
  }

  function updateTimes() {
    for (const time of root.querySelectorAll("time")) {
      const at = Date.parse(time.dateTime); // by the clock of the system, not of the issuer
      fill(time, describeMoment(at, Math.max(at, Date.now())));
    }
  }

  async function poll() {
    if (form.read().pause) return;
    try {
      const { count: total, requests } = await call("GET", "/admin/requests?limit=1");
      const isSame = total === log.count && requests[0]?.number === log.requests.at(-1)?.number;
      if (isSame) updateTimes();
      else update(await call("GET", "/admin/requests?limit=1000"));
      fill(errors);
    } catch (error) {
      if (!errors.hasChildNodes()) fill(errors, message(error));
    }
  }
  update(log);
  await poll();
  repeat(1000, poll, signal);
}

/** @param {Entry} entry */
const hasFailed = ({ status, faults }) => status >= 400 || faults.length > 0;

/** @param {Entry[]} fetches */
function describeClient(fetches) {
  const paths = [...new Set(fetches.map(({ path }) => path))].join(", ");
  const failed = fetches.filter(hasFailed);
  return fetches.slice(-1).map((latest) =>
    h(
      "li",
      {},
      h("strong", {}, nameClient(latest)),
      " requested keys ",
      createTime(latest),
      ` (${paths}; ${count(fetches.length, "time")})`,
      failed.slice(-1).map(({ status, faults }) => {
        const cause = [`status ${status}`, ...faults.map((kind) => `fault ${kind}`)].join(", ");
        return h(
          "p",
          { class: "wrong" },
          `${count(failed.length, "response")} failed or met a fault; the last: ${cause}`,
        );
      }),
    ),
  );
}

/**
 * @param {Entry} entry
 * @param {Record<string, { description: string }>} kinds
 */
function createItem(entry, kinds) {
  const { method, path, status, host, issuer, faults } = entry;
  return h(
    "li",
    {},
    h("span", { class: `pill ${status < 400 ? "good" : "bad"}` }, status),
    h("code", {}, reveal(`${method} ${path}`)),
    h("span", { class: "soft" }, nameClient(entry), ` to ${host}`, issuer && `, issuer ${issuer}`),
    createTime(entry),
    faults.map((kind) =>
      h("p", {}, h("span", { class: "pill warn" }, `fault ${kind}`), " ", kinds[kind]?.description),
    ),
  );
}

/** @param {Entry} entry */
const nameClient = ({ user_agent }) => reveal(user_agent) || "a client without a name";

/** @param {Entry} entry */
const createTime = ({ at }) => h("time", { datetime: at, title: at });
