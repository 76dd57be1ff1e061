// jose, whose key sets are checked by dev-keys.mjs.
// Speaks the protocol of tests/oidc_clients/test_dev_keys.py.
import { createInterface } from "node:readline";
import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import { fetchKeys } from "./dev-keys.mjs";

const keySets = {};
const find = (url) =>
  (keySets[url] ??= createRemoteJWKSet(new URL(url), { [customFetch]: fetchKeys, cooldownDuration: 0 }));

for await (const line of createInterface({ input: process.stdin })) {
  const [url, token] = line.split(" ");
  const verified = jwtVerify(token, find(url)).then(
    ({ payload }) => ({ claims: payload }),
    (error) => ({ refused: error.message }),
  );
  console.log(JSON.stringify(await verified));
}
