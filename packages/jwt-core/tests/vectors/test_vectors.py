"""The examples of the RFCs, each a JSON file that names its source."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from jwt_core import (
    Algorithm,
    InvalidSignatureError,
    KeySet,
    MalformedTokenError,
    MissingClaimError,
    VerificationPolicy,
    compute_thumbprint,
    decode_jwk,
    verify,
)
from jwt_core.algorithms import get_scheme
from jwt_core.compact import parse_compact

VECTORS: Final = [
    json.loads(path.read_text()) for path in sorted(Path(__file__).parent.glob("*.json"))
]
TOKENS: Final = [vector for vector in VECTORS if "token" in vector]
THUMBPRINTS: Final = [vector for vector in VECTORS if "thumbprint" in vector]
BEFORE_EXPIRY: Final = 1300819379


def name(vector: dict[str, Any]) -> str:
    return str(vector["source"]).partition(",")[0]


def test_vectors_are_found_and_name_their_source() -> None:
    assert (len(TOKENS), len(THUMBPRINTS)) == (3, 2)
    assert all(vector["source"].startswith("RFC ") for vector in VECTORS)


@pytest.mark.requirement("JC-2")
@pytest.mark.parametrize("vector", TOKENS, ids=name)
def test_signature_of_rfc_example_holds(vector: dict[str, Any]) -> None:
    key = decode_jwk(vector["jwk"])
    token = parse_compact(vector["token"])
    assert key.algorithm is Algorithm(vector["algorithm"])
    assert token.payload.decode() == vector["payload"]
    scheme = get_scheme(key.algorithm)
    assert scheme.verify(token.signing_input, key.public_key, token.signature)
    assert not scheme.verify(token.signing_input + b"A", key.public_key, token.signature)


@pytest.mark.requirement("JC-2")
@pytest.mark.parametrize("vector", TOKENS, ids=name)
def test_rfc_example_gets_past_the_signature_but_is_no_token_for_us(
    vector: dict[str, Any], policy: VerificationPolicy
) -> None:
    keys = KeySet((decode_jwk(vector["jwk"]),))
    # None of the examples has an audience, one is not even JSON: rightly signed, still refused.
    expected = MalformedTokenError if vector["algorithm"] == "EdDSA" else MissingClaimError
    moment = datetime.fromtimestamp(BEFORE_EXPIRY, UTC)
    long_ago = replace(policy, issuer="joe", clock=lambda: moment)
    with pytest.raises(expected):
        verify(vector["token"], keys, long_ago)
    head, _, signature = vector["token"].rpartition(".")
    tampered = f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    with pytest.raises(InvalidSignatureError):
        verify(tampered, keys, long_ago)


@pytest.mark.requirement("JC-1")
@pytest.mark.parametrize("vector", THUMBPRINTS, ids=name)
def test_thumbprint_of_rfc_example_matches(vector: dict[str, Any]) -> None:
    assert compute_thumbprint(decode_jwk(vector["jwk"]).public_key) == vector["thumbprint"]
