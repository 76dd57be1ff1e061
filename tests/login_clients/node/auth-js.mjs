// Log in with Auth.js and Express.
import { ExpressAuth } from "@auth/express";
import Google from "@auth/express/providers/google";
import express from "express";

const { ISSUER_URL = "https://accounts.google.com", APP_URL = "http://localhost:3000" } = process.env;
const { CLIENT_ID, CLIENT_SECRET, AUTH_SECRET } = process.env;

const issuer = await (await fetch(`${ISSUER_URL}/.well-known/openid-configuration`)).json();

const config = {
  providers: [
    Google({
      issuer: ISSUER_URL,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      authorization: { params: { access_type: "offline" } }, // for a refresh token
      checks: ["pkce", "state", "nonce"],
      idToken: false, // read the user from the userinfo endpoint
    }),
  ],
  secret: AUTH_SECRET,
  trustHost: true,
  callbacks: {
    async jwt({ token, account, profile }) {
      if (account) {
        const { access_token, refresh_token, expires_at } = account;
        return { ...token, sub: profile.sub, access_token, refresh_token, expires_at };
      }
      const isFresh = Date.now() < (token.expires_at - 60) * 1000;
      return isFresh ? token : refresh(token);
    },
    session: ({ session, token }) => ({ ...session, user: { ...session.user, sub: token.sub } }),
  },
};

async function refresh(token) {
  const grant = { grant_type: "refresh_token", refresh_token: token.refresh_token };
  const body = new URLSearchParams({ ...grant, client_id: CLIENT_ID, client_secret: CLIENT_SECRET });
  const response = await fetch(issuer.token_endpoint, { method: "POST", body });
  if (!response.ok) return null; // ends the session
  const { access_token, refresh_token = token.refresh_token, expires_in } = await response.json();
  return { ...token, access_token, refresh_token, expires_at: Math.floor(Date.now() / 1000) + expires_in };
}

const app = express();
// GET /auth/session tells who is logged in, GET /auth/signin logs in. On the server, getSession() of
// @auth/express tells it too, but cannot store refreshed tokens in the cookie.
app.use(/^\/auth\/(.*)/, ExpressAuth(config));

// Log out at the issuer, then here: Auth.js ends only its own session. Google has no such endpoint.
app.get("/logout", (req, res) => {
  const parameters = { client_id: CLIENT_ID, post_logout_redirect_uri: `${APP_URL}/auth/signout` };
  const endpoint = issuer.end_session_endpoint;
  res.redirect(endpoint ? `${endpoint}?${new URLSearchParams(parameters)}` : "/auth/signout");
});

app.listen(new URL(APP_URL).port);
