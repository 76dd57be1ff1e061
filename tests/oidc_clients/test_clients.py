"""Unmodified OpenID Connect clients verify tokens with nothing but the URL of the issuer."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.conftest import ISSUER_COMMAND
from tests.machine import INSTALL_TIMEOUT_S
from tests.oidc_clients.clients import CLIENTS, NONCE, Client, Connection, RefusedError, connect
from tests.oidc_clients.conftest import Issuer
from tests.oidc_clients.installing import Runtime
from tests.services import Start, flip_last_payload_character, run_service

pytestmark = [
    pytest.mark.requirement("TI-11"),
    pytest.mark.timeout(2 * INSTALL_TIMEOUT_S),  # the first test of a client installs it
]

DEFAULT_ISSUER: Final = "https://issuer.local"
# The issuer of the fixture, whose port is not known before it starts.
FIXTURE: Final = """
import signal
from token_issuer import run_token_issuer
with run_token_issuer(issuer="self", issuers={"staff": {}}) as issuer:
    assert issuer.issuers["staff"].url == f"{issuer.url}/staff"
    print("listens on", issuer.url, flush=True)
    signal.pause()
"""


def mint(url: str, **fields: object) -> str:
    """Return a token with the nonce that the clients expect."""
    answer = httpx.post(
        f"{url}/token",
        json={"claims": {"nonce": NONCE}, **fields},
        headers={"Accept": "text/plain"},
        trust_env=False,
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def accepts(connection: Connection, token: str) -> bool:
    try:
        connection.verify(token)
    except RefusedError:
        return False
    return True


def test_client_verifies_a_token(connection: Connection, issuer: Issuer) -> None:
    claims = connection.verify(mint(issuer.url, sub="alice"))

    assert (claims["iss"], claims["sub"]) == (issuer.identifier, "alice")


def test_client_accepts_no_other_token(
    client: Client, connection: Connection, issuer: Issuer
) -> None:
    good = mint(issuer.url)
    bad = {
        "of the other issuer": mint(issuer.other_url),
        "of the other issuer in the name of this one": mint(
            issuer.other_url, iss=issuer.identifier
        ),
        "in the name of the other issuer": mint(issuer.url, iss=issuer.other_url),
        "tampered with": flip_last_payload_character(good),
        "expired": mint(issuer.url, exp="-10m"),
    }
    if client.checks_audience:
        bad["for another audience"] = mint(issuer.url, aud="another-service")

    assert [name for name, token in bad.items() if accepts(connection, token)] == []
    assert accepts(connection, good)


def test_issuer_of_the_default_is_rejected_by_clients_that_compare_it(
    client: Client, start_issuer: Start, tmp_path: Path
) -> None:
    url = start_issuer().url
    token = mint(url)

    if client.mismatch:
        with (
            pytest.raises(RefusedError, match=client.mismatch),
            connect(client, url, tmp_path) as connection,
        ):
            connection.verify(token)
    else:
        with connect(client, url, tmp_path) as connection:
            assert connection.verify(token)["iss"] == DEFAULT_ISSUER


@pytest.mark.parametrize("path", ["", "/staff"])
def test_client_verifies_a_token_of_an_issuer_in_a_test_process(
    path: str,
    base_environ: dict[str, str],
    installed: Callable[[Runtime], None],
    tmp_path: Path,
) -> None:
    installed(Runtime.GO)
    with run_service([str(ISSUER_COMMAND.with_name("python")), "-c", FIXTURE], base_environ) as run:
        url = run.url + path
        with connect(CLIENTS["go-oidc"], url, tmp_path) as connection:
            claims = connection.verify(mint(url))

    assert claims["iss"] == url
