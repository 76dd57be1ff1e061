// @fastify/jwt with get-jwks: the README of get-jwks, "Integration Examples", "@fastify/jwt".
import fastifyJwt from "@fastify/jwt";
import Fastify from "fastify";
import buildGetJwks from "get-jwks";

const { ISSUER, AUDIENCE, PORT } = process.env;
const fastify = Fastify();
const getJwks = buildGetJwks({ issuersWhitelist: [ISSUER] });

fastify.register(fastifyJwt, {
  decode: { complete: true },
  verify: { algorithms: ["RS256"], allowedIss: ISSUER, allowedAud: AUDIENCE },
  secret: (request, token, callback) => {
    const {
      header: { kid, alg },
      payload: { iss },
    } = token;
    getJwks
      .getPublicKey({ kid, domain: iss, alg })
      .then((publicKey) => callback(null, publicKey), callback);
  },
});
fastify.addHook("onRequest", async (request) => {
  await request.jwtVerify();
});
fastify.get("/", async () => "accepted\n");

await fastify.listen({ port: Number(PORT), host: "127.0.0.1" });
