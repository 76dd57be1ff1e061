# DEV-ONLY: never ship to production.
"""Each defect is the one thing in which its token differs from a good one.

Both are made at the same moment, taken apart here with nothing but the standard library, and
compared piece by piece; signatures are checked by joserfc.
"""

import base64
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.request_parsing import convert_parameters

DIFFERENCES: Final = {
    "signature": "signature-empty signature-truncated signature-extended signature-bit-flipped "
    "signature-wrong-key signature-zero",
    "parts": "five-parts",
    "parts signature": "signature-removed",
    "claim:sub signature": "claims-tampered",
    "header:alg": "alg-none-signed alg-none-title-signed alg-none-upper-signed "
    "alg-none-mixed-signed header-twice-first header-twice-last",
    "header:alg signature": "alg-none alg-none-title alg-none-upper alg-none-mixed hs256-pem "
    "hs256-pem-stripped hs256-pkcs1 hs256-der hs256-jwk hs256-jwks hs256-empty alg-rs512 alg-ps256",
    "header:jwk signature": "jwk",
    "header:x5c signature": "x5c",
    "header:jku signature": "jku",
    "header:x5u signature": "x5u",
    "header:kid signature": "key-weak",
    "header:kid": "kid-unknown kid-missing kid-empty kid-number kid-traversal kid-sql kid-command "
    "kid-null kid-long",
    "header:crit": "crit-empty crit-registered",
    "header:crit header:x-policy": "crit-unknown",
    "header:b64": "b64-uncritical",
    "header:b64 header:crit": "b64-critical",
    "header:typ": "typ-wrong",
    "header:cty": "cty-nested",
    "claim:exp": "exp-past-second exp-past-day exp-missing exp-string exp-float exp-zero "
    "exp-negative exp-overflow exp-infinite exp-nan payload-twice-first payload-twice-last",
    "claim:nbf": "nbf-future nbf-string",
    "claim:iat": "iat-future",
    "claim:aud": "aud-wrong aud-missing aud-list-other aud-list-empty aud-list-ours aud-prefix "
    "aud-extended aud-case aud-empty aud-padded",
    "claim:iss": "iss-wrong iss-missing iss-slash iss-look-alike iss-prefix iss-extended iss-case",
    "claim:sub": "sub-missing sub-number sub-surrogate sub-huge",
    "claim:filling": "size-100kb",
    "payload": "payload-not-json payload-not-object payload-utf16 payload-bom payload-trailing",
    "spelling": "base64-padding base64-blank base64-alphabet base64-stray-bits",
    "presentation": "scheme-lower-case scheme-upper-case blanks-between blanks-before blanks-after "
    "tab-between comma-before comma-after credentials-list scheme-missing scheme-other "
    "header-double header-double-other",
}
"""What differs, and in which defects nothing else does."""
EXPECTED: Final = {
    id_: set(what.split()) for what, ids in DIFFERENCES.items() for id_ in ids.split()
}


@dataclass(frozen=True)
class Taken:
    """A token, taken apart."""

    fields: list[str]
    token: str
    header: bytes
    payload: bytes
    signature: bytes

    @property
    def parts(self) -> list[str]:
        return self.token.split(".")


def issue(issuer: Issuer, **fields: Any) -> Taken:
    """Issue a token whose `jti` is not left to chance."""
    request = convert_parameters({"claims": {"jti": "1"}, **fields})
    answer = issuer.issue(request, base_url="http://issuer.test")
    token = answer.access_token
    fields_to_send = answer.authorization
    parts = [decode(part) for part in [*token.split("."), ""][:3]]
    if not isinstance(fields_to_send, list):
        return Taken([f"Bearer {token}"], token, *parts)
    return Taken(fields_to_send, token, *parts)


def decode(part: str) -> bytes:
    bare = re.sub(r"[\s=]", "", part).replace("+", "-").replace("/", "_")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def find_differences(good: Taken, bad: Taken, keys: KeySet, alg: str) -> Iterator[str]:
    """Yield what the two differ in."""
    if bad.fields != [f"Bearer {bad.token}"]:
        yield "presentation"
    if len(bad.parts) != 3:
        yield "parts"
    spelled = [base64.urlsafe_b64encode(decode(part)).rstrip(b"=").decode() for part in bad.parts]
    if spelled != bad.parts:
        yield "spelling"
    yield from find_members("header", good.header, bad.header)
    yield from find_members("claim", good.payload, bad.payload)
    if not has_good_signature(bad, good, keys, alg):
        yield "signature"


def find_members(kind: str, good: bytes, bad: bytes) -> Iterator[str]:
    """Yield each member that one of two objects has otherwise, or more often, than the other."""
    try:
        ours, theirs = read_members(good), read_members(bad)
    except ValueError:
        yield "payload"
        return
    for name in {name for name, _ in ours} | {name for name, _ in theirs}:
        if [value for n, value in ours if n == name] != [value for n, value in theirs if n == name]:
            yield f"{kind}:{name}"


def read_members(data: bytes) -> list[tuple[str, Any]]:
    members = json.loads(data.decode(), object_pairs_hook=list, parse_constant=str, parse_float=str)
    if not all(isinstance(member, tuple) for member in members):
        message = "no object"
        raise ValueError(message)
    return list(members)


def has_good_signature(bad: Taken, good: Taken, keys: KeySet, alg: str) -> bool:
    """Tell whether the good key signed the token as it is, whatever its header says of it."""
    kid = json.loads(good.header)["kid"]
    key = keys.get_by_kid(kid)
    implementation = jws.JWSRegistry.algorithms[alg]
    signing_input = ".".join(bad.parts[:2]).encode()
    try:
        return bool(implementation.verify(signing_input, bad.signature, key))
    except JoseError:
        return False


@pytest.mark.requirement("BV-1")
def test_each_defect_has_its_expected_difference() -> None:
    assert set(EXPECTED) == set(TOKEN_DEFECTS)


@pytest.mark.requirement("BV-1")
@pytest.mark.parametrize("id_", TOKEN_DEFECTS)
def test_defect_is_the_only_difference_from_a_good_token(issuer: Issuer, id_: str) -> None:
    alg = TOKEN_DEFECTS[id_].alg or "RS256"
    good, bad = issue(issuer, alg=alg), issue(issuer, defect=id_)
    keys = KeySet.import_key_set(json.loads(issuer.keys.view.jwks.body))

    assert has_good_signature(good, good, keys, alg)
    assert set(find_differences(good, bad, keys, alg)) == EXPECTED[id_]
    if "presentation" in EXPECTED[id_]:
        assert bad.token == good.token
        assert good.token in bad.fields[0]


@pytest.mark.requirement("BV-1")
@pytest.mark.parametrize("id_", [id_ for id_ in TOKEN_DEFECTS if not TOKEN_DEFECTS[id_].alg])
def test_defect_is_made_with_each_algorithm(issuer: Issuer, id_: str) -> None:
    good, bad = issue(issuer, alg="ES256"), issue(issuer, defect=id_, alg="ES256")
    keys = KeySet.import_key_set(json.loads(issuer.keys.view.jwks.body))

    assert set(find_differences(good, bad, keys, "ES256")) - EXPECTED[id_] == set()


def read_claims(token: Taken) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(token.payload)
    return claims


@pytest.mark.requirement("BV-1")
@pytest.mark.parametrize(
    ("id_", "seconds"),
    [
        ("exp-past-second", -1),
        ("exp-past-day", -86400),
        ("exp-float", 900.5),
        ("nbf-future", 86400),
        ("iat-future", 86400),
    ],
)
def test_times_are_off_by_what_the_catalogue_says(
    issuer: Issuer, now: datetime, id_: str, seconds: float
) -> None:
    claim = id_.partition("-")[0]

    assert read_claims(issue(issuer, defect=id_))[claim] == int(now.timestamp()) + seconds


@pytest.mark.requirement("BV-1")
@pytest.mark.parametrize(
    ("id_", "value"),
    [
        ("aud-list-other", ["another-service", "a-third-service"]),
        ("aud-list-ours", ["another-service", "ours"]),
        ("aud-prefix", "our"),
        ("aud-extended", "ours-staging"),
        ("aud-case", "OURS"),
        ("aud-padded", "ours "),
        ("iss-slash", "https://issuer.local/"),
        ("iss-prefix", "https://issuer.loca"),
        ("iss-extended", "https://issuer.local.attacker.example"),
        ("iss-look-alike", "https://\u0456ssu\u0435r.l\u043e\u0441\u0430l"),
    ],
)
@pytest.mark.parametrize("aud", ["ours", ["ours", "theirs"]])
def test_names_are_made_from_those_of_the_request(
    issuer: Issuer, aud: str | list[str], id_: str, value: object
) -> None:
    token = issue(issuer, defect=id_, aud=aud)

    assert read_claims(token)[id_.partition("-")[0]] == value


SECRETS: dict[str, Callable[[bytes, dict[str, Any]], bytes]] = {
    "hs256-pem": lambda pem, _: pem,
    "hs256-pem-stripped": lambda pem, _: pem[:-1],
    "hs256-der": lambda pem, _: base64.b64decode(b"".join(pem.splitlines()[1:-1])),
    "hs256-jwk": lambda _, jwks: write_json(jwks["keys"][0]),
    "hs256-jwks": lambda _, jwks: write_json(jwks),
    "hs256-empty": lambda _, __: b"",
}


def write_json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


@pytest.mark.requirement("BV-1")
@pytest.mark.parametrize("id_", SECRETS)
def test_secret_of_a_confused_signature_is_the_published_key(issuer: Issuer, id_: str) -> None:
    jwks = json.loads(issuer.keys.view.jwks.body)
    key = jwt.PyJWK(jwks["keys"][0], "RS256").key
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    token = issue(issuer, defect=id_)
    signing_input = ".".join(token.parts[:2]).encode()

    expected = hmac.digest(SECRETS[id_](pem, jwks), signing_input, "sha256")
    assert token.signature == expected
