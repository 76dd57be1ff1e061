"""Applications in JavaScript and Python."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from tests.login_clients.application import CLIENT, HERE, Application, Launch, Place
from tests.machine import ROOT, find_command, run

NODE: Final = HERE / "node"
PYTHON: Final = HERE / "python"


def install_node() -> None:
    """Install the packages of the applications in JavaScript, and playwright-core."""
    npm = find_command("npm", "run ci/oidc-clients.sh, which installs Node")
    run(npm, "ci", "--silent", "--no-audit", "--no-fund", cwd=NODE)


def install_python() -> None:
    """Install the packages of the applications in Python."""
    run(ROOT / "ci/uv", "sync", "--quiet", "--locked", "--project", PYTHON)


def launch_node(script: str, place: Place) -> Launch:
    environ = {
        "ISSUER_URL": place.issuer_url,
        "APP_URL": place.url,
        "AUTH_SECRET": secrets.token_urlsafe(),
    }
    return Launch(("node", NODE / script), CLIENT | environ)


def launch_flask(script: str, place: Place) -> Launch:
    command = (PYTHON / ".venv/bin/python", "-m", "flask", "--app", PYTHON / script, "run")
    options = ("--host", "localhost", "--port", str(place.port))
    environ = {
        "ISSUER_URL": place.issuer_url,
        "SECRET_KEY": secrets.token_urlsafe(),
        "OAUTHLIB_INSECURE_TRANSPORT": "1",  # otherwise google-auth-oauthlib demands HTTPS
    }
    return Launch((*command, *options), CLIENT | environ)


# Opaque access tokens, and refresh tokens that do not rotate.
GOOGLE: Final = {"TOKEN_ISSUER_PROFILE": "google"}
# The application refreshes access tokens that expire within a minute.
BRIEF: Final = {"TOKEN_ISSUER_TTL": "55s"}

AUTH_JS: Final = Application(
    install=install_node,
    launch=partial(launch_node, "auth-js.mjs"),
    login="/auth/signin",
    page="/auth/session",
    callback="/auth/callback/google",
    after_logout="/auth/signout",
    refresh="/auth/session",
    own_form="csrfToken",
    denial="Try signing in with a different account",
    issuer_settings=BRIEF,
)
AUTHLIB: Final = Application(
    install=install_python,
    launch=partial(launch_flask, "authlib_flask.py"),
)
APPLICATIONS: Final[Mapping[str, Application]] = {
    "openid-client": Application(
        install=install_node,
        launch=partial(launch_node, "openid-client.mjs"),
    ),
    # oidc-client-ts runs in the browser.
    "oidc-client-ts": Application(
        install=install_node,
        launch=partial(launch_node, "oidc-client-ts/server.mjs"),
        needs_script=True,
        is_public=True,
    ),
    "auth-js": AUTH_JS,
    "auth-js-at-google": replace(AUTH_JS, issuer_settings=GOOGLE | BRIEF),
    "passport-google-oauth20": Application(
        install=install_node,
        launch=partial(launch_node, "passport-google.mjs"),
        refresh="",
        ends_session=False,
        sends_nonce=False,
        authorization_path="/o/oauth2/v2/auth",
        userinfo_path="/oauth2/v3/userinfo",
        issuer_settings=GOOGLE,
    ),
    "authlib": AUTHLIB,
    "authlib-at-google": replace(AUTHLIB, issuer_settings=GOOGLE),
    "google-auth-oauthlib": Application(
        install=install_python,
        launch=partial(launch_flask, "google_auth_oauthlib_flask.py"),
        ends_session=False,
        revokes_tokens=True,
        sends_nonce=False,
        authorization_path="/o/oauth2/v2/auth",
        userinfo_path="/oauth2/v3/userinfo",
        issuer_settings=GOOGLE,
    ),
}
