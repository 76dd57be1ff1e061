# DEV-ONLY: never ship to production.
"""The fixture `google_names`: clients in the test process reach the issuer at Google's names."""

import asyncio
import os
import socket
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import requests
from token_issuer.front.in_process import GoogleNames, answer_google_names
from token_issuer.google_hosts import HTTP_NAMES, HTTPS_NAMES
from token_issuer.testing import RunningIssuer

pytestmark = [pytest.mark.requirement("GO-6"), pytest.mark.token_issuer(profile="google")]

RunProject = Callable[..., subprocess.CompletedProcess[str]]

CERTS: Final = "https://www.googleapis.com/oauth2/v3/certs"
ORIGINAL: Final = socket.getaddrinfo


def fetch_with_urllib() -> Any:
    with urllib.request.urlopen(CERTS) as response:
        return response.read()


def fetch_with_requests() -> Any:
    return requests.get(CERTS, timeout=30).content


def fetch_with_httpx() -> Any:
    return httpx.get(CERTS).content


def fetch_with_asyncio() -> Any:
    async def fetch() -> bytes:
        import ssl

        context = ssl.create_default_context()
        reader, writer = await asyncio.open_connection("www.googleapis.com", 443, ssl=context)
        writer.write(b"GET /oauth2/v3/certs HTTP/1.0\r\nHost: www.googleapis.com\r\n\r\n")
        response = await reader.read()
        writer.close()
        return response

    return asyncio.run(fetch())


@pytest.mark.parametrize(
    "fetch", [fetch_with_urllib, fetch_with_requests, fetch_with_httpx, fetch_with_asyncio]
)
def test_client_reaches_the_issuer(
    google_names: GoogleNames, token_issuer: RunningIssuer, fetch: Callable[[], bytes]
) -> None:
    assert token_issuer.kid.encode() in fetch()
    assert token_issuer.requests.count("/oauth2/v3/certs") == 1


@pytest.mark.parametrize("name", HTTPS_NAMES)
def test_each_name_leads_to_the_issuer(google_names: GoogleNames, name: str) -> None:
    response = requests.get(f"https://{name}/health", timeout=30)

    assert response.headers["X-Dev-Only"] == "token-issuer"


@pytest.mark.parametrize("name", [*HTTP_NAMES, "metadata.google.internal."])
def test_metadata_server_is_the_issuer(google_names: GoogleNames, name: str) -> None:
    response = requests.get(f"http://{name}/health", timeout=30)

    assert response.headers["X-Dev-Only"] == "token-issuer"


@pytest.mark.parametrize(
    ("host", "port"),
    [
        *(("WWW.googleapis.com", 443), ("www.googleapis.com.", "443")),
        *((b"www.googleapis.com", b"443"), ("www.googleapis.com", "https")),
    ],
)
def test_spelling_of_a_name_does_not_matter(
    google_names: GoogleNames, host: Any, port: Any
) -> None:
    addresses = {info[4] for info in socket.getaddrinfo(host, port)}

    assert addresses == {info[4] for info in socket.getaddrinfo("www.googleapis.com", 443)}
    assert {address[0] for address in addresses} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("localhost", 443),
        ("127.0.0.1", 443),
        (None, 443),
        ("LocalHost", None),
        (b"LOCALHOST", "80"),
    ],
)
def test_other_names_resolve_as_before(google_names: GoogleNames, host: Any, port: Any) -> None:
    assert socket.getaddrinfo(host, port) == ORIGINAL(host, port)


def test_unusual_port_of_a_name_is_not_answered(google_names: GoogleNames) -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("a b.invalid", 443)
    assert google_names.resolve("localhost", 8443) == ORIGINAL("localhost", 8443)


def test_proxy_of_the_user_is_not_used(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "db.test")
    request.getfixturevalue("google_names")

    assert requests.get(CERTS, timeout=30).ok
    assert os.environ["NO_PROXY"].endswith(",db.test")


def test_everything_is_restored(token_issuer: RunningIssuer) -> None:
    with answer_google_names(token_issuer.url, {}) as names:
        assert names.ca_file.exists()
    assert not Path(names.ca_file).exists()
    with pytest.raises(OSError, match="refused"):
        requests_of_closed(names)


def requests_of_closed(names: GoogleNames) -> None:
    address = names.resolve("www.googleapis.com", 443)[0][4]
    socket.create_connection(address)


PROJECT: Final = """
import os, socket
original, environ = socket.getaddrinfo, dict(os.environ)

def test_inside(google_names, token_issuer):
    import requests
    assert socket.getaddrinfo is not original
    assert requests.get("https://www.googleapis.com/certs").json()["keys"][0]["kid"]

def test_afterwards():
    assert socket.getaddrinfo is original
    changed = {name for name in environ if os.environ.get(name) != environ[name]}
    assert changed <= {"PYTEST_CURRENT_TEST"}
"""


def test_fixture_restores_what_it_changes(run_project: RunProject) -> None:
    outcome = run_project(PROJECT)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "2 passed" in outcome.stdout


ISSUER_WITH_TLS: Final = """
import pytest

@pytest.mark.token_issuer(tls=True)
def test_inside(google_names):
    pass
"""


def test_issuer_with_tls_is_an_error_of_one_line(run_project: RunProject) -> None:
    outcome = run_project(ISSUER_WITH_TLS)

    assert outcome.returncode == 1
    assert "expected the issuer at http://HOST:PORT, without TLS and path" in outcome.stdout
    assert "Traceback" not in outcome.stdout


FROZEN: Final = """
import freezegun, pytest, requests

@freezegun.freeze_time("2031-03-01")
@pytest.mark.token_issuer(profile="google")
def test_inside(google_names, token_issuer):
    assert requests.get("https://www.googleapis.com/certs").json()["keys"][0]["kid"]
"""


def test_names_are_answered_while_time_is_frozen(run_project: RunProject) -> None:
    outcome = run_project(FROZEN)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
