# DEV-ONLY: never ship to production.
"""`POST /admin/inspect` over real HTTP."""

from typing import Any

import httpx
import pytest
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS

pytestmark = pytest.mark.requirement("TI-13")


def inspect(http: httpx.Client, **fields: Any) -> Any:
    response = http.post("/admin/inspect", json=fields)
    if response.status_code == 404:
        pytest.skip("the issuer under test has no admin surface")
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    return response.json()


def mint(http: httpx.Client, **fields: Any) -> Any:
    return http.post("/token", json=fields).json()


def test_good_token_is_described(http: httpx.Client) -> None:
    found = inspect(http, token=mint(http, sub="alice")["access_token"])

    assert (found["kind"], found["notes"], found["defects"]) == ("jwt", [], [])
    assert [part["name"] for part in found["parts"]] == ["header", "payload", "signature"]
    assert found["signature"]["signer"] == "named-key"
    assert found["verdict"]["accepted"] is True
    claims = {claim["name"]: claim for claim in found["claims"]}
    assert claims["sub"]["value"] == '"alice"'
    assert claims["exp"]["time"].endswith("Z")


@pytest.mark.parametrize("defect", [id_ for id_ in TOKEN_DEFECTS if id_ != "sub-huge"])
def test_defect_is_recognised_in_what_the_token_endpoint_returns(
    http: httpx.Client, defect: str
) -> None:
    response = http.post("/token", json={"defect": defect}).text

    assert inspect(http, token=response)["defects"] == [defect]


def test_expected_names_are_those_of_the_request(http: httpx.Client) -> None:
    token = mint(http, iss="https://a.test", aud="b")["access_token"]
    verdict = inspect(http, token=token, issuer="https://a.test", audience="b")["verdict"]

    assert (verdict["accepted"], verdict["issuer"], verdict["audience"]) == (
        True, "https://a.test", "b",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({}, 400, "token"),
        ({"token": 5}, 400, "token"),
        ({"token": "a", "audience": ""}, 400, "audience"),
        ({"token": "a", "tokn": "a"}, 400, "tokn"),
        ({"token": "eyJ" + "A" * (256 << 10)}, 413, "larger than 256 KiB"),
    ],
)
def test_other_body_is_rejected_without_the_token(
    http: httpx.Client, body: dict[str, Any], status: int, detail: str
) -> None:
    response = http.post("/admin/inspect", json=body)
    if response.status_code == 404:
        pytest.skip("the issuer under test has no admin surface")

    assert response.status_code == status
    assert detail in response.json()["detail"]
    assert "eyJ" not in response.text


def test_token_is_not_kept(http: httpx.Client) -> None:
    token = mint(http)["access_token"]
    inspect(http, token=token)

    assert token[:40] not in http.get("/admin/requests").text
