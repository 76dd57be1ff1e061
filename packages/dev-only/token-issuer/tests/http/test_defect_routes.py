# DEV-ONLY: never ship to production.
"""Defects over HTTP, judged by a verifier that lacks one check at a time."""

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any, Final

import httpx
import jwt
import pytest
from tests import patient_http
from tests.weak_verifier.checks import RefusedError, verify
from token_issuer.tokens.defects.catalogue import CATALOGUE, LOGIN_DEFECTS, TOKEN_DEFECTS
from token_issuer.tokens.defects.defect import CHECKS, Defect
from token_issuer.tokens.defects.description import describe_defect

pytestmark = pytest.mark.requirement("BV-1")
ISSUER, AUDIENCE = "https://issuer.test", "a-service"
ACCEPTED: Final = "accepted"


@contextlib.contextmanager
def strike(http: httpx.Client, kind: str) -> Iterator[None]:
    """Let the key endpoints misbehave meanwhile."""
    if not kind:
        yield
        return
    answer = http.put("/admin/faults", json={"faults": [{"kind": kind}]})
    if answer.status_code == 404:
        pytest.skip("the issuer under test has no admin surface")
    yield
    http.delete("/admin/faults")


def mint(http: httpx.Client, **fields: Any) -> list[str]:
    answer = http.post("/token", json={"iss": ISSUER, "aud": AUDIENCE, **fields})
    assert answer.status_code == 200, answer.text
    authorization: list[str] = answer.json()["authorization"]
    return authorization


def fetch_jwks(http: httpx.Client) -> dict[str, Any]:
    jwks: dict[str, Any] = http.get("/.well-known/jwks.json").json()
    return jwks


def judge(jwks: dict[str, Any], authorization: list[str], *without: str) -> str:
    """Return which check refuses the token, or that none does."""
    try:
        verify(
            authorization,
            jwks,
            issuer=ISSUER,
            audience=AUDIENCE,
            now=time.time(),
            without=frozenset(without),
            fetch=lambda url: patient_http.get(url).content,
        )
    except RefusedError as refusal:
        return refusal.check
    return ACCEPTED


@pytest.fixture(params=TOKEN_DEFECTS)
def defect(request: pytest.FixtureRequest) -> Defect:
    return TOKEN_DEFECTS[request.param]


def test_just_the_check_that_the_catalogue_names_refuses_the_token(
    http: httpx.Client, defect: Defect
) -> None:
    with strike(http, defect.fault):
        authorization = mint(http, defect=defect.id)
        jwks = fetch_jwks(http)
    expected = ACCEPTED if defect.verdict == "accept" else defect.check

    assert judge(jwks, authorization) == expected
    assert judge(jwks, authorization, defect.check) == ACCEPTED
    assert judge(jwks, authorization, *CHECKS) == ACCEPTED
    for other in set(CHECKS) - {defect.check}:
        assert judge(jwks, authorization, other) == expected


def test_model_verifier_accepts_a_good_token(http: httpx.Client) -> None:
    for alg in ("RS256", "PS256", "ES256", "EdDSA"):
        answer = http.post("/token", json={"iss": ISSUER, "aud": AUDIENCE, "alg": alg})

        assert judge(fetch_jwks(http), [f"Bearer {answer.json()['access_token']}"]) == ACCEPTED


def test_answer_names_what_to_send(http: httpx.Client) -> None:
    good = http.post("/token").json()
    bad = http.post("/token", json={"defect": "header-double"}).json()

    assert "authorization" not in good
    assert bad["authorization"] == [f"Bearer {bad['access_token']}"] * 2
    assert "expires_in" not in bad


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"defect": "alg-none"}},
        {"data": {"defect": "alg-none"}},
        {"params": {"defect": "alg-none"}},
    ],
)
def test_defect_is_asked_for_in_each_kind_of_input(
    http: httpx.Client, request_: dict[str, Any]
) -> None:
    answer = http.post("/token", headers={"Accept": "application/jwt"}, **request_)

    assert answer.status_code == 200
    assert answer.text.startswith("eyJhbGciOiJub25lI")
    assert answer.text.endswith(".")


@pytest.mark.parametrize(
    ("fields", "described"),
    [
        ({"defect": "alg-nome"}, "defect: no defect is named 'alg-nome' (did you mean alg-none"),
        ({"defect": 5}, "defect: Expected `str`, got `int`"),
        ({"defect": "jku", "exp": "-5m"}, "defect and exp contradict each other"),
        ({"defect": "jku", "alg": "ES256"}, "defect and alg contradict each other"),
    ],
)
def test_what_cannot_be_made_is_refused(
    http: httpx.Client, fields: dict[str, Any], described: str
) -> None:
    answer = http.post("/token", json=fields)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert answer.json()["error_description"].startswith(described)


def test_catalogue_is_listed(http: httpx.Client) -> None:
    answer = http.get("/defects")

    assert answer.status_code == 200
    assert [defect["id"] for defect in answer.json()["defects"]] == list(CATALOGUE)


@pytest.mark.parametrize(("kind", "ids"), [("token", TOKEN_DEFECTS), ("login", LOGIN_DEFECTS)])
def test_catalogue_is_listed_by_kind(http: httpx.Client, kind: str, ids: dict[str, Defect]) -> None:
    defects = http.get("/defects", params={"kind": kind}).json()["defects"]

    assert [defect["id"] for defect in defects] == list(ids)
    assert {defect["kind"] for defect in defects} == {kind}


def test_unknown_kind_is_refused(http: httpx.Client) -> None:
    answer = http.get("/defects", params={"kind": "session"})

    assert answer.status_code == 400
    assert "session" in answer.json()["detail"]


def test_each_defect_is_described_with_its_remedy(http: httpx.Client, defect: Defect) -> None:
    described = http.get(f"/defects/{defect.id}").json()

    assert described == json.loads(json.dumps(to_dict(defect)))
    assert described["remedy"] == CHECKS[defect.check]
    assert described["severity"] in {"low", "medium", "high", "critical"}


def to_dict(defect: Defect) -> dict[str, Any]:
    described = describe_defect(defect)
    return {name: getattr(described, name) for name in described.__struct_fields__}


def test_unknown_defect_is_not_found(http: httpx.Client) -> None:
    answer = http.get("/defects/alg-nome")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "did you mean alg-none" in answer.json()["detail"]


def test_attacker_publishes_his_key_under_the_name_of_the_good_one(http: httpx.Client) -> None:
    good = http.get("/.well-known/jwks.json").json()["keys"][0]
    answer = http.get("/attacker/jwks.json")
    bad = next(key for key in answer.json()["keys"] if key["kid"] == good["kid"])

    assert bad["n"] != good["n"]
    assert bad["n"].startswith("zDEVzONLYzTOKENzISSUERzNOTzPRODz")
    assert answer.headers["cache-control"] == "no-store"
    certificate = http.get("/attacker/certs.pem")
    assert certificate.text.startswith("-----BEGIN CERTIFICATE-----\n")
    assert certificate.headers["content-type"] == "application/pem-certificate-chain"
    assert certificate.headers["x-dev-only"] == "token-issuer"


def test_pointers_begin_with_the_url_of_the_token_request(
    http: httpx.Client, issuer_url: str
) -> None:
    port = httpx.URL(issuer_url).port
    http.get("/certs", headers={"Host": f"other.internal:{port}"})
    host = {"Host": f"issuer.internal:{port}"}
    token = http.post("/token", json={"defect": "x5u"}, headers=host).json()["access_token"]

    header = jwt.get_unverified_header(token)
    assert header["x5u"] == f"http://issuer.internal:{port}/attacker/certs.pem"
