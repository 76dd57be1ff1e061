# DEV-ONLY: never ship to production.
"""Each defect of the catalogue is recognised by the text of its token, and no other one with it."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from jwt_core import base64url
from token_issuer.config.choices import ALGORITHMS
from token_issuer.config.profiles import BUILT_IN
from token_issuer.tokens.defects.catalogue import ENTRIES, TOKEN_DEFECTS
from token_issuer.tokens.inspection.inspect import inspect_token
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.messages import TokenResponse
from token_issuer.tokens.request_parsing import convert_parameters

pytestmark = pytest.mark.requirement("TI-13")
OF_FIELDS: Final = {id_ for id_, each in TOKEN_DEFECTS.items() if each.group == "credentials"}
"""The token of these is good: only the header fields that contain it show them."""


def mint(issuer: Issuer, **fields: Any) -> TokenResponse:
    return issuer.issue(convert_parameters(fields), base_url="http://issuer.test")


def find_defects(issuer: Issuer, text: str) -> list[str]:
    return inspect_token(text, issuer).defects


def write_fields(response: TokenResponse) -> str:
    assert isinstance(response.authorization, list)
    return "\n".join(f"Authorization: {value}" for value in response.authorization)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_each_defect_is_recognised_and_confused_with_no_other(issuer: Issuer, alg: str) -> None:
    ids = [id_ for id_, defect in TOKEN_DEFECTS.items() if defect.alg in {"", alg}]
    minted = {id_: mint(issuer, defect=id_, alg=alg) for id_ in ids}
    by_token = {id_: find_defects(issuer, each.access_token) for id_, each in minted.items()}
    by_fields = {id_: find_defects(issuer, write_fields(each)) for id_, each in minted.items()}

    assert by_fields == {id_: [id_] for id_ in ids}
    assert by_token == {id_: [] if id_ in OF_FIELDS else [id_] for id_ in ids}


@pytest.mark.parametrize(("alg", "size"), [("ES256", 64), ("EdDSA", 64), ("RS384", 384)])
def test_token_of_another_issuer_whose_kid_is_the_same_is_not_called_cut(
    issuer: Issuer, alg: str, size: int
) -> None:
    header = {"alg": alg, "kid": "dev-key"}  # here, of an RSA key of 2048 bits
    payload = mint(issuer).access_token.split(".")[1]
    signature = base64url.encode(b"x" * size)
    token = f"{base64url.encode(json.dumps(header).encode())}.{payload}.{signature}"

    assert find_defects(issuer, token) == []


_KEEP: Final = ENTRIES["alg-none"].steps.claims


@pytest.mark.parametrize("profile", BUILT_IN)
def test_each_defect_is_recognised_with_each_profile(issuer: Issuer, profile: str) -> None:
    configured = replace(issuer, settings=replace(issuer.settings, profile=profile))
    ids = [id_ for id_ in TOKEN_DEFECTS if ENTRIES[id_].steps.claims is not _KEEP]
    found = {
        id_: find_defects(configured, mint(configured, defect=id_).access_token) for id_ in ids
    }

    assert found == {id_: [id_] for id_ in ids}


@pytest.mark.parametrize("profile", BUILT_IN)
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_good_token_shows_no_defect_until_it_expires(
    issuer: Issuer, profile: str, alg: str
) -> None:
    for offset in ("0s", "-8d", "400d"):
        issuer.clock.turn(offset=offset)
        response = mint(issuer, profile=profile, alg=alg, sub="alice", aud="ours")
        assert isinstance(response.expires_in, int)
        text = f"Authorization: Bearer {response.access_token}"
        left_s = response.expires_in
        shown = []
        for seconds in (0, left_s - 1, left_s, left_s + 301):
            issuer.clock.turn(now=issuer.clock() + timedelta(seconds=seconds), frozen=True)
            inspection = inspect_token(text, issuer, expected_audience="ours")
            shown.append((inspection.defects, inspection.verdict.code))
            issuer.clock.turn(offset=offset)

        assert shown == [
            ([], None),
            ([], None),
            (["exp-past-second"], "token_expired"),
            (["exp-past-day"], "token_expired"),
        ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"claims": {"sub": None, "jti": 5}}, ["sub-missing"]),
        ({"claims": {"exp": None, "aud": None}}, ["exp-missing", "aud-missing"]),
        ({"claims": {"aud": ["ours"]}}, []),
        ({"claims": {"aud": 5, "iss": 5, "sub": True, "exp": "soon"}}, ["exp-string"]),
        ({"aud": "our"}, ["aud-prefix"]),
        ({"aud": "OURS"}, ["aud-case"]),
        ({"iss": "https://issuer.local/x"}, ["iss-extended"]),
        ({"iss": "https://issuer.löcal"}, ["iss-look-alike"]),
        ({"iss": "https://issuer.local "}, ["iss-extended"]),
        ({"exp": 2**63}, ["exp-overflow"]),
    ],
)  # fmt: skip
def test_defects_that_nobody_ordered_are_recognised(
    issuer: Issuer, fields: dict[str, Any], expected: list[str]
) -> None:
    if "exp" in fields:
        fields = {"claims": fields}
    token = mint(issuer, **({"aud": "ours"} if "aud" not in str(fields) else {}), **fields)
    inspection = inspect_token(token.access_token, issuer, expected_audience="ours")

    assert inspection.defects == expected
