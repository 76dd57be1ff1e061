"""Unmodified OpenID Connect clients, each with nothing but the URL of an issuer.

Most clients are programs with the arguments ISSUER_URL AUDIENCE NONCE. A program prints one line of
JSON when it has read the discovery document, `{"issuer": …}`, and then one line for each token on
its standard input: `{"claims": …}` or `{"refused": …}`. If it rejects the discovery document, it
prints `{"refused": …}` and ends.

Spring Security protects a web service, so it is tested over HTTP.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol

import httpx

from tests.oidc_clients.installing import GO_CLIENT, NODE_PROJECT, PYTHON, SPRING, Runtime

AUDIENCE: Final = "stream-watcher-docker"
NONCE: Final = "n-0S6_WzA2Mj"
STOP_TIMEOUT_S: Final = 60

Claims = Mapping[str, Any]


class RefusedError(Exception):
    """The client rejected the discovery document or a token; the message is its reason."""


class Connection(Protocol):
    """A client that is configured with the URL of an issuer."""

    def verify(self, token: str) -> Claims:
        """Return the claims of a token.

        Raises:
            RefusedError: The client rejects the token.
        """


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client, and its default checks.

    Attributes:
        runtime: Where its packages come from.
        command: The command that runs it.
        mismatch: Part of the message with which it rejects a discovery document that names another
            issuer than the configured URL; empty if it does not compare them.
        checks_audience: Whether it rejects tokens for another audience.
    """

    runtime: Runtime
    command: tuple[str | Path, ...]
    mismatch: str = ""
    checks_audience: bool = True


CLIENTS: Final[Mapping[str, Client]] = {
    "openid-client": Client(
        runtime=Runtime.NODE,
        command=("node", NODE_PROJECT / "client.mjs", "openid-client"),
        mismatch="OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
    ),
    # The same library with the discovery of RFC 8414.
    "openid-client-oauth2": Client(
        runtime=Runtime.NODE,
        command=("node", NODE_PROJECT / "client.mjs", "openid-client-oauth2"),
        mismatch="OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
    ),
    # It reads metadata and keys; jose verifies the signature, which the library does not.
    "oidc-client-ts": Client(
        runtime=Runtime.NODE,
        command=("node", NODE_PROJECT / "client.mjs", "oidc-client-ts"),
    ),
    "go-oidc": Client(
        runtime=Runtime.GO,
        command=(GO_CLIENT,),
        mismatch="did not match the issuer URL returned by provider",
    ),
    "authlib": Client(
        runtime=Runtime.PYTHON,
        command=(PYTHON, PYTHON.parents[2] / "authlib_client.py"),
    ),
    # The audience is checked if `spring.security.oauth2.resourceserver.jwt.audiences` is set.
    "spring-security": Client(
        runtime=Runtime.JAVA,
        command=(
            *("java", "-XX:TieredStopAtLevel=1"),  # starts faster
            *("-cp", f"{SPRING / 'classes'}:{SPRING / 'dependency'}/*", "client.Client"),
        ),
        mismatch="did not match the requested issuer",
        checks_audience=False,
    ),
}


@contextmanager
def connect(client: Client, issuer_url: str, state: Path) -> Iterator[Connection]:
    """Run an installed client while the block runs.

    Args:
        client: The client.
        issuer_url: Its only knowledge of the issuer.
        state: Folder for its log.

    Raises:
        RefusedError: The client rejects the discovery document.
    """
    if client.runtime is Runtime.JAVA:
        log = state / "spring.log"
        with run_program([*client.command, *configure_spring(issuer_url, log)]) as program:
            yield SpringService(program.read()["url"], log)
    else:
        with run_program([*client.command, issuer_url, AUDIENCE, NONCE]) as program:
            program.read()
            yield program


@dataclass(frozen=True)
class Program:
    """A program that reads and writes lines."""

    stdin: IO[str]
    stdout: IO[str]

    def verify(self, token: str) -> Claims:
        """Return the claims of a token."""
        self.stdin.write(f"{token}\n")
        self.stdin.flush()
        claims: Claims = self.read()["claims"]
        return claims

    def read(self) -> Mapping[str, Any]:
        """Return the next line of output."""
        line = self.stdout.readline()
        assert line, "the client ended; its error output is above"
        answer: Mapping[str, Any] = json.loads(line)
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        return answer


@contextmanager
def run_program(command: Sequence[str | Path]) -> Iterator[Program]:
    """Run a program, and end it after the block."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Program(process.stdin, process.stdout)
        finally:
            process.terminate()
            process.wait(timeout=STOP_TIMEOUT_S)


def configure_spring(issuer_url: str, log: Path) -> list[str]:
    """Return the options of the Spring service: the URL of the issuer, the address and the log."""
    return [
        f"--spring.security.oauth2.resourceserver.jwt.issuer-uri={issuer_url}",
        "--server.address=127.0.0.1",
        "--server.port=0",
        "--spring.main.banner-mode=off",
        "--logging.threshold.console=OFF",
        f"--logging.file.name={log}",
    ]


@dataclass(frozen=True)
class SpringService:
    """The service that Spring Security protects."""

    url: str
    log: Path

    def verify(self, token: str) -> Claims:
        """Return the claims of a token."""
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.get(self.url, headers=headers, trust_env=False, timeout=60)
        if answer.is_success:
            claims: Claims = answer.json()
            return claims
        assert answer.status_code == 401, answer.text
        challenge = answer.headers["WWW-Authenticate"]
        if "error=" in challenge:
            raise RefusedError(challenge)
        raise RefusedError(self.log.read_text(encoding="utf-8"))  # no error of the token
