"""Services as processes, and an upstream that responds with the request that it received."""

import os
import re
import select
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from typing import Final, Protocol

import httpx
import pytest

from examples.proxy.upstream import Echo

# Copied once, since pytest changes the environment, and a thread that reads it then would fail.
ENVIRON: Final = dict(os.environ)
START_TIMEOUT_S: Final = 60


@dataclass(frozen=True)
class Service:
    """A running command, and the line that it printed when it was listening."""

    process: subprocess.Popen[str]
    banner: str

    @property
    def url(self) -> str:
        match = re.search(r"listen(?:s|ing) on (https?://[^\s,]+)", self.banner)
        assert match, self.banner
        return match[1]

    def stop(self) -> int:
        """Terminate the process like a container engine, and return its exit status."""
        self.process.terminate()
        return self.process.wait(timeout=60)


Start = Callable[..., Service]


def find_free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert isinstance(port, int)
    return port


def read_clean_environ() -> dict[str, str]:
    """Return the environment of this process without variables that configure the services."""
    prefixes = ("TOKEN_ISSUER_", "JWT_", "JWKS_", "PROXY_", "UPSTREAM_")
    names = {"PERSIST_KEYS_DIR", "NODE_ENV", "APP_ENV", "ENVIRONMENT", "ENV"}
    return {
        name: value
        for name, value in ENVIRON.items()
        if not name.startswith(prefixes) and name not in names
    }


def read_untraced_environ() -> dict[str, str]:
    """Return the environment of this process without coverage, for copies of the code."""
    return {name: value for name, value in ENVIRON.items() if "COVERAGE" not in name}


@contextmanager
def run_service(command: list[str], environ: Mapping[str, str]) -> Iterator[Service]:
    process = subprocess.Popen(
        command, env=dict(environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        ready, _, _ = select.select([process.stdout], [], [], START_TIMEOUT_S)
        banner = process.stdout.readline() if ready else ""
        if not banner:
            process.kill()
            pytest.fail(f"{command[0]} did not start: {process.communicate()[1]}")
        yield Service(process, banner)
    finally:
        process.terminate()
        process.communicate(timeout=60)


class EchoHandler(Echo):
    """The upstream of the compose stack, without its log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Do not log."""


@contextmanager
def run_upstream() -> Iterator[str]:
    """Run a service that responds with the request that it received, and yield its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), EchoHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class HasUrl(Protocol):
    """An object with a URL."""

    @property
    def url(self) -> str:
        """Base URL."""


def mint(client: httpx.Client, issuer: HasUrl, **fields: object) -> str:
    answer = client.post(f"{issuer.url}/token", json=fields)
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    assert isinstance(token, str)
    return token


def flip_last_payload_character(token: str) -> str:
    header, payload, signature = token.split(".")
    return f"{header}.{payload[:-1]}{'A' if payload[-1] != 'A' else 'Q'}.{signature}"
