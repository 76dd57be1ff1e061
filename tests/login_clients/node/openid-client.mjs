// Log in with openid-client and Express.
import { randomUUID } from "node:crypto";
import express from "express";
import session from "express-session";
import * as openid from "openid-client";

const { ISSUER_URL = "https://accounts.google.com", APP_URL = "http://localhost:3000" } = process.env;
const { CLIENT_ID, CLIENT_SECRET } = process.env;

const execute = ISSUER_URL.startsWith("http:") ? [openid.allowInsecureRequests] : [];
const issuer = await openid.discovery(new URL(ISSUER_URL), CLIENT_ID, CLIENT_SECRET, undefined, { execute });

const app = express();
app.use(session({ secret: randomUUID(), resave: false, saveUninitialized: false }));

app.get("/login", async (req, res) => {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: openid.randomState(), expectedNonce: openid.randomNonce() };
  req.session.checks = checks;
  const location = openid.buildAuthorizationUrl(issuer, {
    redirect_uri: `${APP_URL}/callback`,
    scope: "openid email profile",
    access_type: "offline", // for a refresh token
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  });
  res.redirect(location.href);
});

app.get("/callback", async (req, res) => {
  const { checks } = req.session;
  const location = new URL(req.originalUrl, APP_URL);
  const tokens = await openid.authorizationCodeGrant(issuer, location, { ...checks, idTokenExpected: true });
  const user = await openid.fetchUserInfo(issuer, tokens.access_token, tokens.claims().sub);
  Object.assign(req.session, { checks: null, user, idToken: tokens.id_token, refreshToken: tokens.refresh_token });
  res.redirect("/me");
});

app.use((req, res, next) => (req.session.user ? next() : res.status(401).send("not logged in")));

app.get("/me", (req, res) => res.json(req.session.user));

app.get("/refresh", async (req, res) => {
  const tokens = await openid.refreshTokenGrant(issuer, req.session.refreshToken);
  req.session.refreshToken = tokens.refresh_token ?? req.session.refreshToken;
  req.session.user = await openid.fetchUserInfo(issuer, tokens.access_token, req.session.user.sub);
  res.redirect("/me");
});

app.get("/logout", (req, res) => {
  const parameters = { id_token_hint: req.session.idToken, post_logout_redirect_uri: `${APP_URL}/me` };
  const hasLogout = issuer.serverMetadata().end_session_endpoint; // Google has none
  const location = hasLogout ? openid.buildEndSessionUrl(issuer, parameters).href : "/me";
  req.session.destroy(() => res.redirect(location));
});

app.use((error, req, res, next) => res.status(403).send(`login failed: ${error.error ?? error.message}`));

app.listen(new URL(APP_URL).port);
