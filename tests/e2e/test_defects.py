"""The reference proxy and each token of the defect catalogue, over real connections."""

import http.client
import json
import subprocess
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx
import pytest

from tests.conftest import ISSUER_COMMAND
from tests.services import Service, Start

FORWARDED, REFUSED = {200}, {400, 401, 431}


def send(proxy: Service, authorization: Sequence[str]) -> int:
    """Send header fields unchanged, even with repeated names and surrounding blanks."""
    parts = urlsplit(proxy.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        connection.putrequest("GET", "/orders")
        for value in authorization:
            connection.putheader("Authorization", value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


def list_defects() -> list[dict[str, str]]:
    listed = subprocess.run(
        [ISSUER_COMMAND, "defects", "--kind", "token", "--json"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    defects: list[dict[str, str]] = json.loads(listed.stdout)
    return defects


@pytest.mark.requirement("BV-4")
def test_proxy_has_the_required_verdict_on_each_token(
    client: httpx.Client, start_issuer: Start, start_proxy: Start
) -> None:
    issuer = start_issuer()
    client.post(f"{issuer.url}/token", json={"alg": "ES256"})  # so that its key is published
    proxy = start_proxy(issuer, JWT_ALGORITHMS="RS256,ES256")
    wrong = {}

    for defect in list_defects():
        faults = [{"kind": defect["fault"]}] if defect["fault"] else []
        client.put(f"{issuer.url}/admin/faults", json={"faults": faults}).raise_for_status()
        answer = client.post(f"{issuer.url}/token", json={"defect": defect["id"]})
        status = send(proxy, answer.json()["authorization"])
        allowed = {
            "refuse": REFUSED,
            "accept": FORWARDED,
            "either": FORWARDED | REFUSED,
        }[defect["verdict"]]
        if status not in allowed:
            wrong[defect["id"]] = status

    assert wrong == {}
    counts = client.get(f"{issuer.url}/admin/requests").json()["counts"]
    assert not [path for path in counts if path.startswith("/attacker/")]
