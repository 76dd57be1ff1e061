"""Log in with Authlib and Flask: `flask --app authlib_flask run`."""

import os

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, redirect, session, url_for

ISSUER_URL = os.environ.get("ISSUER_URL", "https://accounts.google.com")

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
google = OAuth(app).register(
    "google",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER_URL}/.well-known/openid-configuration",
    authorize_params={"access_type": "offline"},  # for a refresh token
    client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
)


@app.get("/login")
def login():
    return google.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback():
    try:
        token = google.authorize_access_token()  # checks state, nonce and the ID token
    except OAuthError as error:
        return f"login failed: {error.error}", 403
    session["id_token"] = token["id_token"]
    session["refresh_token"] = token.get("refresh_token")
    session["user"] = google.userinfo(token=token)
    return redirect("/me")


@app.get("/me")
def me():
    return session.get("user") or ("not logged in", 401)


@app.get("/refresh")
def refresh():
    refresh_token = session["refresh_token"]
    token = google.fetch_access_token(grant_type="refresh_token", refresh_token=refresh_token)
    session["user"] = google.userinfo(token=token)
    session["refresh_token"] = token.get("refresh_token", refresh_token)
    return redirect("/me")


@app.get("/logout")
def logout():
    id_token = session["id_token"]
    session.clear()
    if "end_session_endpoint" not in google.load_server_metadata():
        return redirect("/me")  # Google has no such endpoint
    return google.logout_redirect(url_for("me", _external=True), id_token_hint=id_token)
