# DEV-ONLY: never ship to production.
"""The inspection of texts: kind, parts, members, signer and verdict."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from jwt_core import Algorithm, SigningKey, base64url, encode_jwk, generate_key, sign
from jwt_core.algorithms import get_scheme
from proxy_guard.dev_marks import CREDENTIALS
from token_issuer.config.choices import RotationMode
from token_issuer.tokens.defects.signers import Signer
from token_issuer.tokens.inspection.inspect import inspect_token
from token_issuer.tokens.inspection.messages import Inspection, TextKind
from token_issuer.tokens.inspection.shown_text import MAX_CHARACTERS
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.request_parsing import convert_parameters

pytestmark = pytest.mark.requirement("TI-13")


def mint(issuer: Issuer, **fields: Any) -> str:
    return issuer.issue(convert_parameters(fields), base_url="http://issuer.test").access_token


def inspect(text: str, issuer: Issuer, **expected: str) -> Inspection:
    """Inspect *text*, and require that the result can be sent."""
    inspection = inspect_token(text, issuer, **expected)
    assert msgspec.json.decode(msgspec.json.encode(inspection), type=Inspection) == inspection
    return inspection


def write(header: object, payload: object, signature: str = "AAAA") -> str:
    parts = (json.dumps(part).encode() for part in (header, payload))
    return ".".join([
        *(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts),
        signature,
    ])


def judge(text: str, issuer: Issuer) -> tuple[Signer, str]:
    signature = inspect(text, issuer).signature
    assert signature
    return signature.signer, signature.summary


def test_parts_of_a_good_token_are_decoded(issuer: Issuer) -> None:
    token = mint(issuer, claims={"name": "Zoë"})
    header, payload, signature = inspect(token, issuer).parts

    assert [part.name for part in (header, payload, signature)] == [
        "header",
        "payload",
        "signature",
    ]
    assert ".".join(part.text for part in (header, payload, signature)) == token
    assert json.loads(str(header.decoded)) == {"alg": "RS256", "typ": "JWT", "kid": "dev-key"}
    assert '"name":"Zoë"' in str(payload.decoded)
    assert (signature.decoded, signature.size, signature.length) == (None, 256, 342)
    assert header.problems == payload.problems == signature.problems == []


def test_members_are_explained_in_their_order(issuer: Issuer) -> None:
    claims = {"exp": 1772366400.5, "hd": "example.com", "own": {"a": [1]}, "auth_time": 0}
    inspection = inspect(mint(issuer, claims=claims), issuer)
    members = {member.name: member for member in inspection.claims}

    assert [member.name for member in inspection.header] == ["alg", "typ", "kid"]
    assert list(members)[:3] == ["iss", "sub", "aud"]
    assert members["exp"].source == "RFC 7519 §4.1.4"
    assert members["exp"].time == datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)
    assert members["auth_time"].time == datetime(1970, 1, 1, tzinfo=UTC)
    assert members["hd"].meaning
    own = members["own"]
    assert (own.value, own.meaning, own.source, own.time) == ('{"a":[1]}', None, None, None)


@pytest.mark.parametrize("exp", [10**20, 10**3000, -(10**20), True, "1772366400", None, [1]])
def test_value_that_is_no_time_has_none(issuer: Issuer, exp: object) -> None:
    (member,) = inspect(write({"alg": "RS256"}, {"exp": exp}), issuer).claims

    assert member.time is None
    assert member.value == json.dumps(exp)


def test_repeated_members_are_all_listed(issuer: Issuer) -> None:
    inspection = inspect(mint(issuer, defect="header-twice-first"), issuer)

    assert [m.value for m in inspection.header if m.name == "alg"] == ['"RS256"', '"none"']
    assert inspection.parts[0].problems == ['It contains "alg" more than once.']


@pytest.mark.parametrize(
    ("defect", "part", "problem"),
    [
        ("payload-not-json", 1, "It is not JSON."),
        ("payload-not-object", 1, "It is JSON, but not an object."),
        ("payload-utf16", 1, "It is in UTF-16 instead of UTF-8."),
        ("payload-bom", 1, "It begins with a byte order mark."),
        ("payload-trailing", 1, "Other text follows the JSON object."),
        ("exp-nan", 1, "It contains NaN, a number out of range or a nested member twice."),
        (
            "sub-surrogate",
            1,
            "It contains half of a surrogate pair, which represents no character.",
        ),
        ("base64-blank", 2, "It contains white space."),
        ("base64-padding", 2, "It has padding (=), which base64url omits in a token."),
        ("base64-alphabet", 2, "It contains + or /, where base64url has - and _."),
        (
            "base64-stray-bits",
            2,
            "The last character has stray bits, which are not part of any byte.",
        ),
    ],
)
def test_problems_of_a_part_are_named(issuer: Issuer, defect: str, part: int, problem: str) -> None:
    assert inspect(mint(issuer, defect=defect), issuer).parts[part].problems == [problem]


@pytest.mark.parametrize(
    ("payload", "size", "problem"),
    [
        ("e30~", None, "It contains characters that are not base64url."),
        (
            "e30e3",
            None,
            "Its length is impossible in base64url: a character is missing, or one is too many.",
        ),
        ("_w", 1, "It is not text in UTF-8."),
    ],
)
def test_payload_that_cannot_be_decoded_is_described(
    issuer: Issuer, payload: str, size: int | None, problem: str
) -> None:
    part = inspect(f"{write({'alg': 'RS256'}, {}).partition('.')[0]}.{payload}.AAAA", issuer).parts[
        1
    ]

    assert part.size == size
    assert problem in part.problems


def test_claims_are_read_whatever_surrounds_them(issuer: Issuer) -> None:
    for defect in ("payload-utf16", "payload-bom", "payload-trailing", "exp-infinite"):
        claims = inspect(mint(issuer, defect=defect, sub="alice"), issuer).claims
        assert {"sub": '"alice"'}.items() <= {m.name: m.value for m in claims}.items()
        if defect == "exp-infinite":
            assert {"exp": "1e400"}.items() <= {m.name: m.value for m in claims}.items()


def test_long_text_is_cut(issuer: Issuer) -> None:
    inspection = inspect(mint(issuer, defect="size-100kb"), issuer)
    payload = inspection.parts[1]

    assert payload.length > 99_000
    assert len(payload.text) == len(str(payload.decoded)) == MAX_CHARACTERS + 1
    assert [len(m.value) for m in inspection.claims if m.name == "filling"] == [MAX_CHARACTERS + 1]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("{}", None),
        (" \n{}\t", "White space around the token was removed."),
        ('"{}",', "Quotes or punctuation around the token were removed."),
        ("`{}`", "Quotes or punctuation around the token were removed."),
        ("bearer {}", "The scheme bearer was removed."),
        ("Authorization: Bearer {}", "The scheme Bearer was removed."),
        (
            "Host: a\r\nauthorization: Bearer {}\r\nAccept: */*\r\n",
            "The scheme Bearer was removed.",
        ),
        ("curl -H 'Authorization: Bearer {}' localhost", "The scheme Bearer was removed."),
        ('{{"access_token": "{}"}}', "The token is the access_token of the token response."),
        (
            '{{"access_token": "ya29.opaque", "id_token": "{}", "expires_in": 3}}',
            "The token is the id_token of the token response.",
        ),
        ("x-goog-iap-jwt-assertion: {}", "The text around the token was removed."),
        ("Cookie: a=b; session={}; c=d", "The text around the token was removed."),
        (
            "https://app.test/#id_token={}&token_type=Bearer",
            "The text around the token was removed.",
        ),
        ('{{"idToken": "{}", "expiresIn": "3600"}}', "The text around the token was removed."),
        ("{{'Authorization': 'Bearer {}'}}", "The text around the token was removed."),
        ("Your token:\n\n{}.", "The text around the token was removed."),
        (
            '{{"access_token": "{}", "id_token": "opaque"}}',
            "The token is the access_token of the token response.",
        ),
    ],
)
def test_token_is_found_in_what_people_paste(issuer: Issuer, text: str, note: str | None) -> None:
    token = mint(issuer)
    inspection = inspect(text.format(token), issuer)

    assert ".".join(part.text for part in inspection.parts) == token
    assert inspection.verdict.accepted
    assert note in inspection.notes if note else inspection.notes == []


@pytest.mark.parametrize("line_break", ["\n", "\r\n", " \n   ", "\n\n"])
@pytest.mark.parametrize("before", ["", "Bearer ", "Authorization: Bearer "])
def test_wrapped_lines_are_joined(issuer: Issuer, before: str, line_break: str) -> None:
    token = mint(issuer)
    wrapped = line_break.join(token[at : at + 76] for at in range(0, len(token), 76))
    inspection = inspect(before + wrapped, issuer)

    assert inspection.verdict.accepted
    assert inspection.defects == []
    assert "Line breaks within the token were removed." in inspection.notes


def test_space_inside_a_token_stays(issuer: Issuer) -> None:
    inspection = inspect(f"Bearer {mint(issuer, defect='base64-blank')}", issuer)

    assert inspection.defects == ["base64-blank"]
    assert " " in inspection.parts[2].text


@pytest.mark.parametrize("mark", CREDENTIALS)
def test_opaque_value_is_named(issuer: Issuer, mark: str) -> None:
    inspection = inspect(f"{mark}{'A' * 40}", issuer)

    assert inspection.kind is TextKind.OPAQUE
    assert inspection.summary.startswith(f"This is {CREDENTIALS[mark]} of a token-issuer.")
    assert (inspection.parts, inspection.signature, inspection.defects) == ([], None, [])


def test_encrypted_token_is_told_apart(issuer: Issuer) -> None:
    header = write({"alg": "RSA-OAEP", "enc": "A256GCM"}, {}).partition(".")[0]
    inspection = inspect(f"{header}.AAAA.AAAA.AAAA.AAAA", issuer)

    assert inspection.kind is TextKind.JWE
    assert [part.name for part in inspection.parts][1:] == [
        "encrypted key", "initialization vector", "ciphertext", "authentication tag",
    ]  # fmt: skip
    assert [member.name for member in inspection.header] == ["alg", "enc"]
    assert (inspection.claims, inspection.signature, inspection.defects) == ([], None, [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "...",
        "hello",
        "a.b.c",
        "\0",
        "{}",
        "[]",
        "\ud800",
        "Bearer ",
        "eyJhIjoxfQ.aYx.c2ln",
    ],
)
def test_other_text_is_no_token(issuer: Issuer, text: str) -> None:
    inspection = inspect(text, issuer)

    assert inspection.kind is TextKind.OTHER
    assert inspection.defects == []
    assert inspection.verdict.code == "malformed_token"


def test_signature_by_a_key_of_the_ring_is_judged(issuer: Issuer) -> None:
    token, old = mint(issuer), mint(issuer, kid="dev-key-2")

    assert judge(token, issuer) == (
        Signer.NAMED_KEY,
        "The key dev-key made the signature. It is published and signs now.",
    )
    assert judge(old, issuer) == (
        Signer.NAMED_KEY,
        "The key dev-key-2 made the signature. It is published, but no longer signs.",
    )
    found = inspect(old, issuer).signature
    assert found
    assert (found.kid, found.alg, found.state, found.published) == (
        "dev-key-2", "RS256", "retired", True,
    )  # fmt: skip


def test_key_that_is_not_published_is_named(issuer: Issuer) -> None:
    issuer.keys.rotate(RotationMode.SIGN_BEFORE_PUBLISH, lead=timedelta(hours=1))
    inspection = inspect(mint(issuer), issuer)

    assert inspection.signature
    assert (inspection.signature.state, inspection.signature.published) == ("active", False)
    assert inspection.signature.summary.endswith(" It signs now, but is not published yet.")
    assert inspection.verdict.code == "unknown_key"
    assert inspection.defects == []


def test_key_that_does_not_sign_yet_is_named(issuer: Issuer) -> None:
    new = issuer.keys.rotate(lead=timedelta(hours=1))

    assert judge(mint(issuer, kid=new.kid), issuer)[1] == (
        f"The key {new.kid} made the signature. It is published, but does not sign yet."
    )


@pytest.mark.parametrize("ending", ["~WyJzYWx0Il0~", "…", "ü", "AAA"])
def test_signature_that_cannot_be_read_is_not_called_missing(issuer: Issuer, ending: str) -> None:
    token = mint(issuer, alg="EdDSA")  # its signature has 86 characters
    signer, summary = judge(token + ending, issuer)

    assert signer is Signer.UNKNOWN
    assert summary.startswith("The signature is not base64url, so its signer is unknown. The ")
    assert "has no signature" not in summary


def test_removed_key_is_named(issuer: Issuer) -> None:
    token = mint(issuer, kid="dev-key-2")
    issuer.keys.remove("dev-key-2")

    signer, summary = judge(token, issuer)
    assert signer is Signer.UNKNOWN
    assert summary == (
        "None of the present keys of this issuer made the signature. "
        "The key dev-key-2, which kid names, was removed."
    )


def test_change_after_signing_is_proved_by_the_signature(issuer: Issuer) -> None:
    header, _, signature = mint(issuer).split(".")
    payload = mint(issuer, sub="mallory").split(".")[1]
    token = f"{header}.{payload}.{signature}"

    assert judge(token, issuer)[1] == (
        "The key dev-key signed another header or payload: the token was changed after it was "
        "signed. The kid names the key dev-key."
    )
    assert inspect(token, issuer).defects == ["claims-tampered"]


@pytest.mark.parametrize(
    ("defect", "signer", "sentence"),
    [
        ("signature-empty", "nobody", "The token has no signature."),
        ("signature-truncated", "unknown", "The signature has 240 bytes instead of 256."),
        ("signature-wrong-key", "attacker", "The attacker's key made the signature."),
        ("jwk", "attacker", "The header contains this key as jwk."),
        ("key-weak", "weak-key", "The weak key of 1024 bits made the signature."),
        ("kid-unknown", "other-key", 'No key of this issuer has the kid "no-such-key".'),
        ("kid-missing", "other-key", "The header has no kid."),
        ("alg-ps256", "named-key", "The signature is one of PS256, but the key is for RS256."),
        ("alg-none-signed", "named-key", 'This issuer does not sign with the algorithm "none".'),
        ("header-twice-last", "named-key", "The header contains alg more than once."),
        ("hs256-pem", "unknown", "None of the present keys of this issuer made the signature."),
        ("base64-blank", "named-key", "made the signature."),
    ],
)
def test_other_signatures_are_judged(
    issuer: Issuer, defect: str, signer: str, sentence: str
) -> None:
    found, summary = judge(mint(issuer, defect=defect), issuer)

    assert found == signer
    assert sentence in summary


def test_key_of_the_header_is_tried(issuer: Issuer, marked_key: SigningKey) -> None:
    key = generate_key(Algorithm.ES256, kid="own")
    jwk = encode_jwk(key.verification_key)
    token = sign({"sub": "a"}, key, headers={"jwk": jwk})
    other = sign({"sub": "a"}, marked_key, headers={"jwk": jwk})

    assert judge(token, issuer)[0] is Signer.EMBEDDED_KEY
    for text, is_embedded in ((token, True), (other, False), (mint(issuer), None)):
        signature = inspect(text, issuer).signature
        assert signature
        assert signature.embedded is is_embedded


def test_each_algorithm_of_a_key_in_the_header_is_tried(issuer: Issuer) -> None:
    for algorithm in Algorithm:
        key = generate_key(algorithm, kid="own")
        jwk = encode_jwk(key.verification_key)
        assert judge(sign({"sub": "a"}, key, headers={"jwk": jwk}), issuer)[0] is (
            Signer.EMBEDDED_KEY
        )


@pytest.mark.parametrize(("alg", "named"), [("RS256", "PS256"), ("PS256", "RS256")])
def test_rsa_signature_of_another_scheme_than_the_header_names_is_judged(
    issuer: Issuer, alg: str, named: str
) -> None:
    mint(issuer, alg=alg)
    key = issuer.keys.view.signers[Algorithm(alg)]
    parts = write({"alg": named, "kid": key.kid}, {"sub": "a"}).rpartition(".")[0]
    signature = get_scheme(Algorithm(alg)).sign(parts.encode(), key.private_key)
    inspection = inspect(f"{parts}.{base64url.encode(signature)}", issuer)

    assert inspection.signature
    assert inspection.signature.summary == (
        f"The key {key.kid} made the signature. It is published and signs now. "
        f"The header names the algorithm {named}, but the signature is one of {alg}."
    )
    assert "claims-tampered" not in inspection.defects


@pytest.mark.parametrize("header", [{}, {"kid": "dev-key"}, "not an object"])
def test_token_with_a_broken_header_is_described(issuer: Issuer, header: object) -> None:
    inspection = inspect(write(header, {"sub": "alice"}), issuer)

    assert inspection.kind is TextKind.JWT
    assert [(claim.name, claim.value) for claim in inspection.claims] == [("sub", '"alice"')]
    assert inspection.signature
    problem = "The header has no alg." if isinstance(header, dict) else "The header cannot be read."
    assert inspection.signature.summary.endswith(problem)


def test_attacker_gets_no_key_by_an_inspection(issuer: Issuer) -> None:
    inspect(write({"alg": "RS256", "kid": "dev-key"}, {}), issuer)

    assert issuer.attacker.used_key is None


def test_verdict_is_that_of_jwt_core(issuer: Issuer, now: datetime) -> None:
    good, expired = inspect(mint(issuer), issuer).verdict, inspect(mint(issuer, exp="-5m"), issuer)

    assert (good.accepted, good.code, good.now) == (True, None, now)
    assert (good.issuer, good.audience) == ("https://issuer.local", "stream-watcher-docker")
    assert (expired.verdict.accepted, expired.verdict.code) == (False, "token_expired")
    assert expired.verdict.message == "the token has expired; request a new one"


def test_expected_names_may_be_given(issuer: Issuer) -> None:
    token = mint(issuer, iss="https://a.test", aud="b")
    default = inspect(token, issuer)
    given = inspect(token, issuer, expected_issuer="https://a.test", expected_audience="b")

    assert default.defects == ["aud-wrong", "iss-wrong"]
    assert default.verdict.code == "invalid_claim"
    assert given.defects == []
    assert given.verdict.accepted


def test_token_of_another_issuer_is_described(issuer: Issuer) -> None:
    key = generate_key(Algorithm.ES256, kid="theirs")
    claims = {"iss": "https://other.test", "aud": "theirs", "sub": "a", "exp": 4102444800}
    inspection = inspect(sign(claims, key), issuer)

    assert inspection.defects == ["kid-unknown", "aud-wrong", "iss-wrong"]
    assert inspection.signature
    assert inspection.signature.summary == (
        "None of the present keys of this issuer made the signature. "
        'No key of this issuer has the kid "theirs".'
    )
