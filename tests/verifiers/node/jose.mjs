// jose: createRemoteJWKSet and jwtVerify, as in its documentation of remote key sets.
import { createServer } from "node:http";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const { JWKS_URI, ISSUER, AUDIENCE, PORT } = process.env;
const jwks = createRemoteJWKSet(new URL(JWKS_URI));

async function answer(request) {
  const token = /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (!token) return 401;
  try {
    await jwtVerify(token, jwks, { issuer: ISSUER, audience: AUDIENCE, algorithms: ["RS256"] });
    return 200;
  } catch (error) {
    return error instanceof errors.JOSEError ? 401 : 500;
  }
}

createServer(async (request, response) => {
  response.writeHead(await answer(request)).end();
}).listen(Number(PORT), "127.0.0.1");
