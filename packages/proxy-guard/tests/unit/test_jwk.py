"""Canonical keys and their thumbprints."""

import json
from pathlib import Path
from typing import Final

import pytest
from proxy_guard.search.jwk import (
    build_ec_key,
    compute_thumbprint,
    decode_base64,
    read_jwk,
)

pytestmark = pytest.mark.requirement("PG-3")

LEAKED_KEYS: Final = Path(__file__).parents[1] / "data/leaked_keys.json"
X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"


def test_thumbprint_is_that_of_rfc_7638() -> None:
    key = read_jwk(json.loads(LEAKED_KEYS.read_text("utf-8"))["RFC 7517 Appendix A.2"])

    assert key is not None
    assert compute_thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"  # §3.1


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (b"AQAB", b"\1\0\1"),
        (b"AQ", b"\1"),
        (b"AQ==", b"\1"),
        (b" A Q\n=", b"\1"),
        (b"-_-_", b"\xfb\xff\xbf"),
        (b"+/+/", b"\xfb\xff\xbf"),
        (b"AQABA", b"\1\0\1"),
        (b"AQ!B", b""),
        (b"", b""),
    ],
)
def test_base64_is_decoded_leniently(text: bytes, data: bytes) -> None:
    assert decode_base64(text) == data


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"n": "AQAB"},
        {"n": 5, "e": "AQAB"},
        {"n": "\u00e9", "e": "AQAB"},
        {"n": "A" * 8196, "e": "AQAB"},
        {"x": X, "y": Y},
        {"crv": "P-999", "x": X, "y": Y},
        {"crv": 'P"', "x": X},
        {"crv": ["P-256"], "x": X, "y": Y},
    ],
    ids=range(9),
)
def test_jwk_without_a_public_key_is_none(jwk: dict[object, object]) -> None:
    assert read_jwk(jwk) is None


def test_coordinates_are_padded_to_the_size_of_the_curve() -> None:
    short, padded = (build_ec_key("P-256", x, b"\2") for x in (b"\1", bytes(40) + b"\1"))

    assert short is not None
    assert short == padded
    assert len(short["x"]) == 43
