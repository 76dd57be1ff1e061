// express-jwt with jwks-rsa, as in the README of express-jwt and the Express example of jwks-rsa.
import express from "express";
import { expressjwt } from "express-jwt";
import jwksRsa from "jwks-rsa";

const { JWKS_URI, ISSUER, AUDIENCE, PORT } = process.env;
const app = express();

app.use(
  expressjwt({
    secret: jwksRsa.expressJwtSecret({
      cache: true,
      rateLimit: true,
      jwksRequestsPerMinute: 5,
      jwksUri: JWKS_URI,
    }),
    audience: AUDIENCE,
    issuer: ISSUER,
    algorithms: ["RS256"],
  }),
);
app.get("/", (request, response) => response.send("accepted\n"));
app.use((error, request, response, next) => {
  if (error.name === "UnauthorizedError") response.status(401).send("invalid token...");
  else next(error);
});

app.listen(Number(PORT), "127.0.0.1");
