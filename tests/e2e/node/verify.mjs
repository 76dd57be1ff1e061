// Verifies tokens with a verifier from npm: `node verify.mjs NAME ISSUER_URL ISS AUDIENCE`.
// Reads one token per line, and prints a line of JSON for each: {"claims":…} or {"refused":…}. One
// process is one verifier with its caches, as in a service. The line `grant` requests a token.
import { createInterface } from "node:readline";
import { OAuth2Client } from "google-auth-library";
import { createRemoteJWKSet, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";
import jwksRsa from "jwks-rsa";
import * as openid from "openid-client";

const [name, base, issuer, audience] = process.argv.slice(2);
const expected = { issuer, audience, algorithms: ["RS256"] };

// jose fetches for an unknown kid only after its cooldown, by default 30 s.
const verifyWithJose = (jwksUri) => {
  const keys = createRemoteJWKSet(new URL(jwksUri), { cooldownDuration: 500 });
  return async (token) => (await jwtVerify(token, keys, expected)).payload;
};

const verifiers = {
  async jose() {
    return verifyWithJose(`${base}/.well-known/jwks.json`);
  },
  async "jwks-rsa"() {
    const client = jwksRsa({ jwksUri: `${base}/.well-known/jwks.json` });
    return async (token) => {
      const { header } = jsonwebtoken.decode(token, { complete: true });
      const key = await client.getSigningKey(header.kid);
      return jsonwebtoken.verify(token, key.getPublicKey(), expected);
    };
  },
  async "google-auth-library"() {
    const client = new OAuth2Client({
      endpoints: { oauth2FederatedSignonPemCertsUrl: `${base}/oauth2/v1/certs` },
      issuers: [issuer],
    });
    return async (idToken) => (await client.verifyIdToken({ idToken, audience })).getPayload();
  },
  // Uses discovery. It does not verify access tokens itself, so jose does.
  async "openid-client"() {
    const options = { execute: [openid.allowInsecureRequests] };
    const config = await openid.discovery(new URL(base), "app", "secret", undefined, options);
    const verify = verifyWithJose(config.serverMetadata().jwks_uri);
    return async (line) => {
      if (line !== "grant") return verify(line);
      const granted = await openid.clientCredentialsGrant(config, { scope: "read" });
      return { token: granted.access_token, scope: granted.scope, expires_in: granted.expires_in };
    };
  },
};

const verify = await verifiers[name]();
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { claims: await verify(line) };
  } catch (error) {
    answer = { refused: `${error.name}: ${error.message}` };
  }
  console.log(JSON.stringify(answer));
}
