"""The list of keys whose private half is public."""

import json

import pytest
from proxy_guard.search.jwk import compute_thumbprint, read_jwk
from proxy_guard.search.leaked_keys import find_leak, read_leaked_keys

pytestmark = pytest.mark.requirement("PG-3")

X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"


def test_only_a_listed_key_is_a_leak() -> None:
    key = read_jwk({"kty": "EC", "crv": "P-256", "x": X, "y": Y})
    other = read_jwk({"kty": "EC", "crv": "P-256", "x": Y, "y": X})

    assert key is not None
    assert other is not None
    assert "RFC 7515 Appendix A.3" in (find_leak(key) or "")
    assert find_leak(other) is None
    assert compute_thumbprint(key) != compute_thumbprint(other)


def test_list_has_150_keys_and_each_names_its_sources() -> None:
    entries = json.loads(read_leaked_keys())["keys"]

    assert len(entries) >= 150
    assert len({entry["thumbprint"] for entry in entries}) == len(entries)
    assert all(len(e["thumbprint"]) == 43 and e["sources"] and e["note"] for e in entries)
