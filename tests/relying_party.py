"""A small application with a login, of the standard library alone: code, PKCE, state and nonce."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

OPENER = build_opener(ProxyHandler({}))

Answer = tuple[int, str]
"""A status, and the URL of a redirect or else the body."""


class RelyingParty:
    """The application: `/login` starts a login, `/me` says who is logged in, `/logout` ends it.

    Attributes:
        url: Its URL.
        sessions: What it knows about each browser, by the value of its cookie.
    """

    def __init__(self, issuer_url: str, parameters: dict[str, str]) -> None:
        self.issuer_url = issuer_url
        self.parameters = parameters
        self.sessions: dict[str, dict[str, Any]] = {}
        self.url = ""

    def answer(self, path: str, session: dict[str, Any], sent: dict[str, str]) -> Answer:
        if path == "/login":
            return 303, self.start_login(session)
        if path == "/callback":
            return self.finish_login(session, sent)
        if path == "/logout":
            session.clear()
            return 303, f"{self.issuer_url}/logout"
        if path == "/me":
            return (200, json.dumps(session["user"])) if "user" in session else (401, "log in")
        return 200, "welcome"

    def start_login(self, session: dict[str, Any]) -> str:
        verifier, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
        session.update(verifier=verifier, state=state, nonce=nonce)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": "app",
            "redirect_uri": f"{self.url}/callback",
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **self.parameters,
        }
        return f"{self.issuer_url}/authorize?{urlencode(query)}"

    def finish_login(self, session: dict[str, Any], sent: dict[str, str]) -> Answer:
        if sent.get("state") != session.get("state") or sent.get("iss") != self.issuer_url:
            return 400, "state or iss is wrong"
        if "code" not in sent:
            return 403, sent.get("error", "")
        tokens = self.fetch_tokens(session, sent["code"])
        payload = tokens["id_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if claims["nonce"] != session["nonce"]:
            return 400, "nonce is wrong"
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        session["user"] = {**claims, **fetch(f"{self.issuer_url}/userinfo", headers=bearer)}
        return 303, f"{self.url}/"

    def fetch_tokens(self, session: dict[str, Any], code: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.url}/callback",
            "client_id": "app",
            **({"code_verifier": session["verifier"]} if session["verifier"] else {}),
        }
        return fetch(f"{self.issuer_url}/token", urlencode(form).encode())


def fetch(url: str, form: bytes | None = None, headers: Any = ()) -> dict[str, Any]:
    request = Request(url, form, dict(headers))  # noqa: S310  # the URL of a test's issuer
    with OPENER.open(request, timeout=60) as response:
        document: dict[str, Any] = json.load(response)
    return document


class Handler(BaseHTTPRequestHandler):
    """Answers GET and POST; each browser has a session."""

    party: RelyingParty

    def do_GET(self) -> None:
        self.respond(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self.respond(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def respond(self, query: str) -> None:
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("app-session")
        name = cookie.value if cookie else secrets.token_urlsafe()
        session = self.party.sessions.setdefault(name, {})
        status, text = self.party.answer(urlsplit(self.path).path, session, dict(parse_qsl(query)))
        self.send_response(status)
        self.send_header("Set-Cookie", f"app-session={name}; Path=/; HttpOnly; Secure")
        if status == 303:
            self.send_header("Location", text)
            text = ""
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        """Write no log."""


@contextmanager
def serve(party: RelyingParty) -> Iterator[str]:
    """Serve *party* on a free port, and yield its URL."""
    handler = type("BoundHandler", (Handler,), {"party": party})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        party.url = f"http://localhost:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield party.url
        finally:
            server.shutdown()


@contextmanager
def run_relying_party(
    issuer_url: str, kind: type[RelyingParty] = RelyingParty, **parameters: str
) -> Iterator[RelyingParty]:
    """Run an application on a free port; *parameters* go into its authorization requests."""
    party = kind(issuer_url, parameters)
    with serve(party):
        yield party
