import assert from "node:assert/strict";
import { test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { GenericContainer, Wait } from "testcontainers";

const secret = "any-secret-of-this-test";
const jwks = "/.well-known/jwks.json";

test("the verifier fetches the keys again after a rotation", async (t) => {
  const container = await new GenericContainer("token-issuer")
    .withExposedPorts(8081)
    .withEnvironment({ TOKEN_ISSUER_ADMIN_TOKEN: secret })
    .withWaitStrategy(Wait.forHttp("/health", 8081))
    .start();
  t.after(() => container.stop());
  const url = `http://${container.getHost()}:${container.getMappedPort(8081)}`;

  const call = async (method, path, fields) => {
    const headers = { Authorization: `Bearer ${secret}`, "Content-Type": "application/json" };
    const body = fields && JSON.stringify(fields);
    return (await fetch(url + path, { method, headers, body })).json();
  };
  const keys = createRemoteJWKSet(new URL(url + jwks), { cooldownDuration: 0 });
  const verify = async () => {
    const { access_token: token } = await call("POST", "/token", { sub: "alice" });
    return jwtVerify(token, keys, { algorithms: ["RS256"], audience: "stream-watcher-docker" });
  };

  assert.equal((await verify()).payload.sub, "alice");
  await call("POST", "/admin/keys/rotate", { lead: "0s" });
  assert.equal((await verify()).payload.sub, "alice");
  assert.equal((await call("GET", `/admin/requests?path=${jwks}`)).count, 2);
});
