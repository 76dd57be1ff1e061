// Verifies a token over HTTP with a verifier from npm: `node verify.mjs jose|jwks-rsa JWKS_URI TOKEN`.
// Prints the claims as JSON and exits with 0, or prints the refusal and exits with 1.
import { createRemoteJWKSet, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";
import jwksRsa from "jwks-rsa";

const expected = {
  issuer: "https://issuer.local",
  audience: "stream-watcher-docker",
  algorithms: ["RS256"],
};

const verifiers = {
  async jose(jwksUri, token) {
    const keys = createRemoteJWKSet(new URL(jwksUri));
    return (await jwtVerify(token, keys, expected)).payload;
  },
  async "jwks-rsa"(jwksUri, token) {
    const { header } = jsonwebtoken.decode(token, { complete: true });
    const key = await jwksRsa({ jwksUri }).getSigningKey(header.kid);
    return jsonwebtoken.verify(token, key.getPublicKey(), expected);
  },
};

const [name, jwksUri, token] = process.argv.slice(2);
try {
  console.log(JSON.stringify(await verifiers[name](jwksUri, token)));
} catch (error) {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
