# DEV-ONLY: never ship to production.
"""The catalogue as a whole, and what it is asked for in vain."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import jwt
import pytest
from token_issuer.config.choices import RotationMode
from token_issuer.errors import TokenRequestError
from token_issuer.severity import Severity
from token_issuer.tokens.defects.catalogue import CATALOGUE, LOGIN_DEFECTS, TOKEN_DEFECTS
from token_issuer.tokens.defects.defect import CHECKS
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.request_parsing import convert_parameters

pytestmark = pytest.mark.requirement("BV-1")
SECTION: Final = r"§[\d.]+( \(\w+\))?( steps? \d+( and \d+)?)?"
SOURCE: Final = re.compile(
    rf"(RFC \d{{4}}|OpenID Connect Core)( {SECTION}(, {SECTION})*)"
    r"|CVE-\d{4}-\d{4,}(, CVE-\d{4}-\d{4,})*"
)


def issue(issuer: Issuer, **fields: Any) -> list[str]:
    answer = issuer.issue(convert_parameters(fields))
    assert isinstance(answer.authorization, list)
    return answer.authorization


def test_catalogue_is_complete_and_no_id_is_given_twice() -> None:
    assert len(TOKEN_DEFECTS) >= 100
    assert len(LOGIN_DEFECTS) >= 20
    assert len(CATALOGUE) == len(TOKEN_DEFECTS) + len(LOGIN_DEFECTS)
    assert all(id_ == defect.id for id_, defect in CATALOGUE.items())
    assert len({defect.title for defect in CATALOGUE.values()}) == len(CATALOGUE)
    assert {defect.check for defect in CATALOGUE.values()} == set(CHECKS)


@pytest.mark.parametrize("id_", CATALOGUE)
def test_entry_says_all_that_it_has_to(id_: str) -> None:
    defect = CATALOGUE[id_]

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", defect.id)
    assert re.match(r"an? [^.]+[^.]$", defect.title)
    assert all(text.endswith(".") for text in (defect.wrong, defect.why))
    assert all(SOURCE.fullmatch(source) for source in defect.source.split("; ")), defect.source
    assert defect.alg in {"", "RS256", "ES256"}
    assert defect.fault in {"", "weak-key"}


@pytest.mark.parametrize("id_", [d.id for d in CATALOGUE.values() if d.verdict != "refuse"])
def test_what_need_not_be_rejected_lets_nobody_in(id_: str) -> None:
    assert CATALOGUE[id_].severity <= Severity.MEDIUM


def test_what_lets_anybody_make_tokens_is_critical() -> None:
    critical = {d.check for d in CATALOGUE.values() if d.severity is Severity.CRITICAL}

    assert critical == {"signature", "algorithms", "embedded-keys", "ecdsa-range"}


@pytest.mark.parametrize(
    ("id_", "likely"),
    [
        ("alg-non", "did you mean alg-none"),
        ("ALG-NONE", "did you mean alg-none"),
        ("expired", "no defect is named 'expired'"),
        ("k" * 5000, f"'{'k' * 80}'"),
    ],
)
def test_unknown_id_is_rejected_with_those_that_look_like_it(
    issuer: Issuer, id_: str, likely: str
) -> None:
    with pytest.raises(TokenRequestError, match="GET /defects") as caught:
        issue(issuer, defect=id_)

    assert likely in str(caught.value)
    assert caught.value.fields == ("defect",)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"exp": "-5m"}, ("defect", "exp")),
        ({"claims": {"exp": None}}, ("defect", "exp")),
        ({"claims": {"exp": True}}, ("defect", "exp")),
        ({"claims": {"nbf": 4102444800}}, ("defect", "nbf")),
        ({"claims": {"iat": "now"}}, ("defect", "iat")),
        ({"claims": {"iss": 1}}, ("defect", "iss")),
        ({"claims": {"aud": []}}, ("defect", "aud")),
        ({"claims": {"aud": ["a", 1]}}, ("defect", "aud")),
        ({"claims": {"sub": None}}, ("defect", "sub")),
        ({"claims": {"sub": ""}}, ("defect", "sub")),
        ({"exp": "-5m", "claims": {"sub": None}}, ("defect", "exp", "sub")),
    ],
)
def test_token_that_would_be_wrong_in_a_second_way_is_rejected(
    issuer: Issuer, fields: dict[str, Any], named: tuple[str, ...]
) -> None:
    with pytest.raises(TokenRequestError, match="contradict each other") as caught:
        issue(issuer, defect="typ-wrong", **fields)

    assert caught.value.fields == named


@pytest.mark.parametrize(
    ("id_", "fields"),
    [
        ("signature-zero", {"alg": "RS256"}),
        ("alg-ps256", {"alg": "ES256"}),
        ("alg-rs512", {"alg": "PS256"}),
    ],
)
def test_other_algorithm_than_the_one_that_the_defect_is_about_is_rejected(
    issuer: Issuer, id_: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(TokenRequestError, match="defect and alg contradict") as caught:
        issue(issuer, defect=id_, **fields)

    assert caught.value.fields == ("defect", "alg")


@pytest.mark.parametrize(
    ("id_", "fields"),
    [
        ("aud-wrong", {"aud": "another-service"}),
        ("aud-case", {"aud": "4711"}),
        ("iss-wrong", {"iss": "https://other-issuer.example"}),
        ("iss-case", {"iss": "4711"}),
        ("claims-tampered", {"sub": "somebody-else"}),
    ],
)
def test_defect_that_would_leave_a_token_good_is_rejected(
    issuer: Issuer, id_: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(TokenRequestError, match=f"{id_} changes nothing") as caught:
        issue(issuer, defect=id_, **fields)

    assert caught.value.fields == ("defect",)


def test_defect_of_a_login_is_not_one_of_a_token(issuer: Issuer) -> None:
    with pytest.raises(TokenRequestError, match="is a defect of a login, not of a token") as caught:
        issue(issuer, defect="nonce-wrong")

    assert caught.value.fields == ("defect",)


def test_public_key_is_taken_for_a_secret_even_where_it_is_not_published(issuer: Issuer) -> None:
    issuer.keys.rotate(RotationMode.SIGN_BEFORE_PUBLISH, lead=timedelta(hours=1))

    for id_ in (id_ for id_ in TOKEN_DEFECTS if id_.startswith("hs256-")):
        assert issue(issuer, defect=id_)


def test_kid_of_another_algorithm_is_rejected(issuer: Issuer) -> None:
    with pytest.raises(TokenRequestError, match="dev-key signs RS256"):
        issue(issuer, defect="signature-zero", kid="dev-key")


def test_claims_that_are_no_json_are_rejected_without_a_trace_of_the_encoder(
    issuer: Issuer,
) -> None:
    with pytest.raises(TokenRequestError, match="claims: cannot be encoded as a token"):
        issue(issuer, defect="typ-wrong", claims={"x": float("nan")})


def test_response_does_not_promise_a_lifetime(issuer: Issuer) -> None:
    good = issuer.issue(convert_parameters({}))
    bad = issuer.issue(convert_parameters({"defect": "exp-past-day", "scope": "read"}))

    assert good.expires_in == 900
    assert not isinstance(bad.expires_in, int)
    assert bad.scope == "read"


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        ({}, "http://request.test"),
        ({"public_url": "http://public.test"}, "http://public.test"),
        ({"verifier_url": "http://verifier.test"}, "http://verifier.test"),
        ({"verifier_url": "http://v.test/p", "public_url": "http://p.test"}, "http://v.test/p"),
    ],
)
@pytest.mark.parametrize(("id_", "path"), [("jku", "jwks.json"), ("x5u", "certs.pem")])
def test_pointers_begin_with_the_url_by_which_the_verifier_reaches_the_issuer(
    issuer: Issuer, urls: dict[str, Any], expected: str, id_: str, path: str
) -> None:
    configured = replace(issuer, settings=replace(issuer.settings, **urls))
    request = convert_parameters({"defect": id_})
    answer = configured.issue(request, base_url="http://request.test")

    header = jwt.get_unverified_header(answer.access_token)
    assert header[id_] == f"{expected}/attacker/{path}"


@pytest.mark.parametrize("id_", ["jku", "x5u"])
def test_pointer_to_what_nobody_serves_is_rejected(issuer: Issuer, id_: str) -> None:
    with pytest.raises(TokenRequestError, match="only a running issuer serves") as caught:
        issue(issuer, defect=id_)

    assert caught.value.fields == ("defect",)


def test_attacker_has_one_key_however_many_threads_ask(issuer: Issuer) -> None:
    with ThreadPoolExecutor() as pool:
        keys = list(pool.map(issuer.attacker.get_key, ["dev-key"] * 8))

    assert len({id(key.private_key) for key in keys}) == 1


@pytest.mark.parametrize("alg", ["EdDSA", "ES256"])
def test_signature_without_the_characters_of_the_other_alphabet_is_made_again(
    issuer: Issuer, alg: str
) -> None:
    for number in range(150):  # about ten of these have neither "-" nor "_" in their signature
        (authorization,) = issue(
            issuer, defect="base64-alphabet", alg=alg, claims={"jti": str(number)}
        )

        signature = authorization.rpartition(".")[2]
        assert set(signature) & set("+/")
