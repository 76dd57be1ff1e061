"""What is measured over HTTP: a command that serves a JWKS and mints tokens."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from benchmarks.errors import MeasurementError
from benchmarks.load import Request
from benchmarks.processes import Server, find_free_port, run_server

ROOT: Final = Path(__file__).resolve().parents[1]
ISSUER_COMMAND: Final = ROOT / "packages/dev-only/token-issuer/.venv/bin/token-issuer"
ISSUER: Final = "token-issuer"
"""The name of our own subject, as it runs where nothing is set: one process."""
ISSUER_ON_ALL_CORES: Final = f"{ISSUER}, all cores"
"""The same with as many workers as there are cores."""
OUR_ISSUERS: Final = (ISSUER, ISSUER_ON_ALL_CORES)
CLIENT_CREDENTIALS: Final = (
    "grant_type=client_credentials&client_id=benchmark&client_secret=benchmark"
)
"""What an OAuth client sends (RFC 6749 §4.4.2); everyone who understands it gets the same."""
_USUAL_JWKS: Final = Request("/.well-known/jwks.json")
_USUAL_TOKEN: Final = Request("/token", "POST", CLIENT_CREDENTIALS)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A server to measure.

    Attributes:
        name: What it is called in tables and plots.
        version: Which one it is.
        command: How it is started; `{port}` stands for the port.
        environ: Variables for it; `{port}` likewise.
        jwks: The request for its JWKS.
        token: The request for a token; None where it mints none without a browser.
    """

    name: str
    version: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    jwks: Request = _USUAL_JWKS
    token: Request | None = _USUAL_TOKEN

    def run(self) -> AbstractContextManager[Server]:
        """Run it on a free port while the block lasts."""
        port = find_free_port()
        command = [part.replace("{port}", str(port)) for part in self.command]
        environ = {name: value.replace("{port}", str(port)) for name, value in self.environ.items()}
        return run_server(self.name, command, environ, port, self.jwks.path)

    def get_token_request(self) -> Request:
        """Return the request for a token, of a subject that is known to mint some."""
        if self.token is None:
            message = f"{self.name} mints no tokens"
            raise MeasurementError(message)
        return self.token

    def configure(self, name: str, **environ: str) -> "Subject":
        """Return the same server under another name and with more variables."""
        return replace(self, name=name, environ={**self.environ, **environ})


def describe_issuer(version: str) -> Subject:
    """Return our own subject, as it runs where nothing is set."""
    return Subject(
        name=ISSUER, version=version, command=(str(ISSUER_COMMAND), "serve", "--port", "{port}")
    )
