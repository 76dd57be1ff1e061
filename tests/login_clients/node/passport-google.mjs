// Log in with passport-google-oauth20 and Express.
import { randomUUID } from "node:crypto";
import express from "express";
import session from "express-session";
import passport from "passport";
import { Strategy as GoogleStrategy } from "passport-google-oauth20";

const { ISSUER_URL, APP_URL = "http://localhost:3000", CLIENT_ID, CLIENT_SECRET } = process.env;

const endpoints = {
  authorizationURL: `${ISSUER_URL}/o/oauth2/v2/auth`,
  tokenURL: `${ISSUER_URL}/token`,
  userProfileURL: `${ISSUER_URL}/oauth2/v3/userinfo`,
};
const options = {
  ...(ISSUER_URL && endpoints), // by default those of Google
  clientID: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  callbackURL: `${APP_URL}/callback`,
  scope: ["email", "profile"],
  state: true,
  pkce: true,
};
passport.use(new GoogleStrategy(options, (accessToken, refreshToken, profile, done) => done(null, profile._json)));
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

const app = express();
app.use(session({ secret: randomUUID(), resave: false, saveUninitialized: false }));
app.use(passport.session());

app.get("/login", passport.authenticate("google"));
app.get("/callback", passport.authenticate("google", { successRedirect: "/me", failureRedirect: "/denied" }));
app.get("/denied", (req, res) => res.status(403).send("login failed: access_denied"));
app.get("/me", (req, res) => (req.user ? res.json(req.user) : res.status(401).send("not logged in")));
app.get("/logout", (req, res) => req.logout(() => res.redirect("/me")));

app.listen(new URL(APP_URL).port);
