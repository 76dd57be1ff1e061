// OpenID Connect clients from npm: `node client.mjs NAME ISSUER_URL AUDIENCE NONCE`.
// Speaks the protocol of `tests/oidc_clients/clients.py`.
import { createInterface } from "node:readline";
import { createLocalJWKSet, jwtVerify } from "jose";
import { MetadataService, OidcClientSettingsStore } from "oidc-client-ts";
import * as openid from "openid-client";

const [name, issuer, audience, nonce] = process.argv.slice(2);

// The only flow of openid-client that verifies a token without another request to the issuer is
// response_type=id_token: the token arrives in the fragment of the redirect URI.
async function discoverWithOpenidClient(algorithm) {
  const options = { algorithm, execute: [openid.allowInsecureRequests] };
  const config = await openid.discovery(new URL(issuer), audience, undefined, undefined, options);
  openid.useIdTokenResponseType(config);
  const verify = (token) => {
    const callback = new URL(`https://app.example/callback#id_token=${token}`);
    return openid.implicitAuthentication(config, callback, nonce);
  };
  return { metadata: config.serverMetadata(), verify };
}

// oidc-client-ts reads the signing keys, but has not verified signatures since version 2.
async function discoverWithOidcClientTs() {
  const settings = { authority: issuer, client_id: audience, redirect_uri: "https://app.example/" };
  const service = new MetadataService(new OidcClientSettingsStore(settings));
  const metadata = await service.getMetadata();
  const keys = createLocalJWKSet({ keys: await service.getSigningKeys() });
  const verify = async (token) =>
    (await jwtVerify(token, keys, { issuer: metadata.issuer, audience })).payload;
  return { metadata, verify };
}

const clients = {
  "openid-client": () => discoverWithOpenidClient("oidc"),
  "openid-client-oauth2": () => discoverWithOpenidClient("oauth2"), // discovery of RFC 8414
  "oidc-client-ts": discoverWithOidcClientTs,
};

const say = (line) => console.log(JSON.stringify(line));
const describe = (error) => ({ refused: [error.message, error.code, error.cause?.message].join(" ") });

try {
  const { metadata, verify } = await clients[name]();
  say({ issuer: metadata.issuer });
  for await (const token of createInterface({ input: process.stdin })) {
    say(await verify(token).then((claims) => ({ claims }), describe));
  }
} catch (error) {
  say(describe(error));
}
