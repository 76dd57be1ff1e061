"""Log in with google-auth-oauthlib and Flask: `flask --app google_auth_oauthlib_flask run`.

With an issuer that speaks plain HTTP, oauthlib demands `OAUTHLIB_INSECURE_TRANSPORT=1`.
"""

import os

import requests
from flask import Flask, redirect, request, session, url_for
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2 import OAuth2Error

ISSUER_URL = os.environ["ISSUER_URL"]
CLIENT = {
    "client_id": os.environ["CLIENT_ID"],
    "client_secret": os.environ["CLIENT_SECRET"],
    "auth_uri": f"{ISSUER_URL}/o/oauth2/v2/auth",
    "token_uri": f"{ISSUER_URL}/token",
}
SCOPES = [
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/userinfo.profile",
]

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]


def build_flow(**options):
    redirect_uri = url_for("callback", _external=True)
    return Flow.from_client_config({"web": CLIENT}, SCOPES, redirect_uri=redirect_uri, **options)


def fetch_user(credentials):
    response = AuthorizedSession(credentials).get(f"{ISSUER_URL}/oauth2/v3/userinfo")
    response.raise_for_status()
    return response.json()


@app.get("/login")
def login():
    flow = build_flow()
    location, session["state"] = flow.authorization_url(access_type="offline")
    session["code_verifier"] = flow.code_verifier
    return redirect(location)


@app.get("/callback")
def callback():
    flow = build_flow(state=session.pop("state"), code_verifier=session.pop("code_verifier"))
    try:
        flow.fetch_token(authorization_response=request.url)
    except OAuth2Error as error:
        return f"login failed: {error.error}", 403
    session["refresh_token"] = flow.credentials.refresh_token
    session["user"] = fetch_user(flow.credentials)
    return redirect("/me")


@app.get("/me")
def me():
    return session.get("user") or ("not logged in", 401)


@app.get("/refresh")
def refresh():
    credentials = Credentials(
        None,
        refresh_token=session["refresh_token"],
        token_uri=CLIENT["token_uri"],
        client_id=CLIENT["client_id"],
        client_secret=CLIENT["client_secret"],
    )
    credentials.refresh(Request())
    session["user"] = fetch_user(credentials)
    return redirect("/me")


@app.get("/logout")
def logout():
    token = session.pop("refresh_token")
    session.clear()
    requests.post(f"{ISSUER_URL}/revoke", data={"token": token}, timeout=10).raise_for_status()
    return redirect("/me")
