// A fetch for key sets that rejects those of the dev-only issuer.
import { createHash } from "node:crypto";

// SHA-256 of the first 24 bytes of each RSA modulus of the issuer.
const MARK = "012fae3e5af75c1a649a85f4562e4e032ef373ee6735e8afdb20330ccc76521b";

function isMarked({ n = "" }) {
  const modulus = Buffer.from(n, "base64url");
  const start = modulus.findIndex((byte) => byte !== 0);
  return createHash("sha256").update(modulus.subarray(start, start + 24)).digest("hex") === MARK;
}

export async function fetchKeys(url, options) {
  const response = await fetch(url, options);
  const { dev_only: devOnly, keys = [] } = await response.clone().json();
  if (response.headers.has("X-Dev-Only") || devOnly !== undefined || keys.some(isMarked)) {
    throw new Error(`${url} serves keys of the dev-only issuer`);
  }
  return response;
}
