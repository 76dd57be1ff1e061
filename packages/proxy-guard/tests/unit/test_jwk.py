"""Canonical keys and their thumbprints."""

import json
from pathlib import Path

import pytest
from proxy_guard.jwk import (
    build_ec_key,
    compute_thumbprint,
    decode_base64,
    read_jwk,
)
from proxy_guard.published import find_publication, read_list

pytestmark = pytest.mark.requirement("PG-3")

PUBLISHED = Path(__file__).parents[1] / "data/published.json"
X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"


def test_thumbprint_is_that_of_rfc_7638() -> None:
    key = read_jwk(json.loads(PUBLISHED.read_text("utf-8"))["RFC 7517 Appendix A.2"])

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
def test_base64_is_read_leniently(text: bytes, data: bytes) -> None:
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
def test_what_is_no_key_is_none(jwk: dict[object, object]) -> None:
    assert read_jwk(jwk) is None


def test_coordinates_are_brought_to_the_size_of_the_curve() -> None:
    short, padded = (build_ec_key("P-256", x, b"\2") for x in (b"\1", bytes(40) + b"\1"))

    assert short is not None
    assert short == padded
    assert len(short["x"]) == 43


def test_other_keys_are_not_published() -> None:
    key = read_jwk({"kty": "EC", "crv": "P-256", "x": X, "y": Y})
    other = read_jwk({"kty": "EC", "crv": "P-256", "x": Y, "y": X})

    assert key is not None
    assert other is not None
    assert "RFC 7515 Appendix A.3" in (find_publication(key) or "")
    assert find_publication(other) is None
    assert compute_thumbprint(key) != compute_thumbprint(other)


def test_list_is_the_one_with_150_keys_and_each_tells_its_sources() -> None:
    entries = json.loads(read_list())["keys"]

    assert len(entries) >= 150
    assert len({entry["thumbprint"] for entry in entries}) == len(entries)
    assert all(len(e["thumbprint"]) == 43 and e["sources"] and e["note"] for e in entries)
