"""The subjects of measurements over HTTP: servers of a JWKS and of tokens."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from benchmarks.errors import MeasurementError
from benchmarks.load import Login, Request
from benchmarks.processes import Server, find_free_port, run_server

ROOT: Final = Path(__file__).resolve().parents[1]
ISSUER_COMMAND: Final = ROOT / "packages/dev-only/token-issuer/.venv/bin/token-issuer"
ISSUER: Final = "token-issuer"
"""Our own subject with default settings: one process."""
ISSUER_ON_ALL_CORES: Final = f"{ISSUER}, all cores"
"""Our own subject with one worker per core."""
OUR_ISSUERS: Final = (ISSUER, ISSUER_ON_ALL_CORES)
CLIENT_CREDENTIALS: Final = (
    "grant_type=client_credentials&client_id=benchmark&client_secret=benchmark"
)
"""The request of an OAuth client (RFC 6749 §4.4.2), for all subjects that accept it."""
CLIENT_ID: Final = "benchmark"
NONCE: Final = "n-0S6_WzA2Mj"
_CALLBACK: Final = "http://localhost:3000/callback"
_AUTHORIZATION: Final = {
    "response_type": "code",
    "client_id": CLIENT_ID,
    "redirect_uri": _CALLBACK,
    "scope": "openid profile email",
    "state": "af0ifjsldkj",
    "nonce": NONCE,
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",  # RFC 7636 appendix B
    "code_challenge_method": "S256",
}
_REDEMPTION: Final = {
    "grant_type": "authorization_code",
    "client_id": CLIENT_ID,
    "client_secret": "benchmark",
    "redirect_uri": _CALLBACK,
    "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
}
_USUAL_JWKS: Final = Request("/.well-known/jwks.json")
_USUAL_TOKEN: Final = Request("/token", "POST", CLIENT_CREDENTIALS)


def build_login(
    authorization_path: str,
    token_path: str,
    *,
    login_hint: str | None = None,
    form: str = "",
    is_kept_alive: bool = True,
) -> Login:
    """Return the login of an OpenID Connect client with PKCE (RFC 6749 §4.1).

    Args:
        authorization_path: Path of the authorization endpoint.
        token_path: Path of the token endpoint.
        login_hint: The user, if the server accepts a hint in place of a page.
        form: The form of the login page, if the server accepts it without the page.
        is_kept_alive: Whether the server keeps connections open.
    """
    hint = {} if login_hint is None else {"login_hint": login_hint}
    path = f"{authorization_path}?{urlencode({**_AUTHORIZATION, **hint})}"
    method = "POST" if form else "GET"
    return Login(
        Request(path, method, form, is_kept_alive),
        Request(token_path, "POST", urlencode(_REDEMPTION), is_kept_alive),
    )


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A server to measure.

    Attributes:
        name: Name in tables and plots.
        version: Version of the server.
        command: Command that starts it; `{port}` is replaced by the port.
        environ: Environment variables; `{port}` is replaced too.
        jwks: Request for the JWKS.
        token: Request for a token; None if the server mints tokens only in a browser flow.
        login: The login of a user; None if the server logs nobody in.
    """

    name: str
    version: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    jwks: Request = _USUAL_JWKS
    token: Request | None = _USUAL_TOKEN
    login: Login | None = None

    def run(self) -> AbstractContextManager[Server]:
        """Run the server on a free port during the block."""
        port = find_free_port()
        command = [part.replace("{port}", str(port)) for part in self.command]
        environ = {name: value.replace("{port}", str(port)) for name, value in self.environ.items()}
        return run_server(self.name, command, environ, port, self.jwks.path)

    def get_token_request(self) -> Request:
        """Return the request that obtains a token from this subject.

        Raises:
            MeasurementError: the subject does not mint tokens.
        """
        if self.token is None:
            message = f"{self.name} mints no tokens"
            raise MeasurementError(message)
        return self.token

    def get_login(self) -> Login:
        """Return the login of a user at this subject.

        Raises:
            MeasurementError: the subject logs nobody in.
        """
        if self.login is None:
            message = f"{self.name} logs nobody in"
            raise MeasurementError(message)
        return self.login

    def configure(self, name: str, **environ: str) -> "Subject":
        """Return the same server with another name and additional variables."""
        return replace(self, name=name, environ={**self.environ, **environ})


def describe_issuer(version: str) -> Subject:
    """Return our own subject with default settings."""
    return Subject(
        name=ISSUER,
        version=version,
        command=(str(ISSUER_COMMAND), "serve", "--port", "{port}"),
        login=build_login("/authorize", "/token", login_hint="alice"),
    )
