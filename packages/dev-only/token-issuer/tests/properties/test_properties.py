# DEV-ONLY: never ship to production.
"""Properties of the issuer for any input."""

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jwt_core import KeySet, VerificationPolicy, verify
from token_issuer.errors import TokenIssuerError
from token_issuer.google.providers import Providers
from token_issuer.issuers.issuers import Issuers
from token_issuer.media_types import FORM_TYPE, JSON_TYPE
from token_issuer.oauth.provider import Provider
from token_issuer.timing.clock import Clock
from token_issuer.timing.durations import parse_duration
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.messages import FIELDS
from token_issuer.tokens.request_parsing import convert_parameters
from token_issuer.web.errors import build_error_response
from token_issuer.web.google.endpoints import exchange_assertion
from token_issuer.web.logins.endpoints import exchange_grant
from token_issuer.web.negotiation import choose_media_type
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse
from token_issuer.web.token_endpoint import Flow, mint_token

ComposeRequest = Callable[..., Request]
NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHARED_ISSUER: Final = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)

unicode_text = st.text(st.characters(codec="utf-8"))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | unicode_text,
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(unicode_text, children, max_size=3)
    ),
    max_leaves=8,
)
names = st.sampled_from(FIELDS) | unicode_text


def check_answer(issuer: Issuer, request: Request) -> None:
    """Handle a request as the fast path and the routes do, and check the response."""
    try:
        response = mint_token(issuer, request)
        if response is Flow.LOGIN:
            response = exchange_grant(Provider(issuer), request)
        elif response is Flow.MACHINE:
            response = exchange_assertion(Providers(Issuers(issuer)), issuer, request)
        elif not isinstance(response, RawResponse):
            response = response()
    except TokenIssuerError as error:
        response = build_error_response(request.path, error)
        answer = json.loads(response.body)
        assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", answer["error_description"])
    assert response.status in {200, 400, 401, 415}


@pytest.mark.requirement("TI-4")
@SHARED_ISSUER
@given(body=st.dictionaries(names, json_values, max_size=4))
def test_any_json_object_is_issued_or_rejected(
    issuer: Issuer, compose_request: ComposeRequest, body: dict[str, Any]
) -> None:
    request = compose_request(content_type=JSON_TYPE, body=json.dumps(body).encode())
    check_answer(issuer, request)


@pytest.mark.requirement("TI-4")
@SHARED_ISSUER
@given(pairs=st.lists(st.tuples(names, unicode_text), max_size=5))
def test_any_form_is_issued_or_rejected(
    issuer: Issuer, compose_request: ComposeRequest, pairs: list[tuple[str, str]]
) -> None:
    request = compose_request(content_type=FORM_TYPE, body=urlencode(pairs).encode())
    check_answer(issuer, request)


@pytest.mark.requirement("TI-4")
@SHARED_ISSUER
@given(
    query=st.binary(),
    body=st.binary(),
    content_type=st.sampled_from([JSON_TYPE, FORM_TYPE, ""]) | st.text(),
    authorization=st.text() | st.text().map(lambda text: f"Basic {text}"),
)
def test_any_bytes_are_issued_or_rejected(
    issuer: Issuer, compose_request: ComposeRequest, **parts: Any
) -> None:
    check_answer(issuer, compose_request(**parts))


@pytest.mark.requirement("TI-1")
@SHARED_ISSUER
@given(
    sub=unicode_text.filter(bool),
    claims=st.dictionaries(unicode_text.map("x-{}".format), json_values, max_size=4),
)
def test_issued_token_verifies_with_the_requested_claims(
    issuer: Issuer, sub: str, claims: dict[str, Any]
) -> None:
    answer = issuer.issue(convert_parameters({"sub": sub, "claims": claims}))
    policy = VerificationPolicy(
        issuer="https://issuer.local", audience="stream-watcher-docker", clock=issuer.clock
    )

    verified = verify(
        answer.access_token, KeySet.from_document(json.loads(issuer.keys.view.jwks.body)), policy
    )

    assert verified.claims["sub"] == sub
    assert {name: verified.claims[name] for name in claims} == claims


@pytest.mark.requirement("TI-3")
@SHARED_ISSUER
@given(
    hours=st.integers(0, 9999), minutes=st.integers(0, 9999), seconds=st.integers(0, 9999),
    sign=st.sampled_from(["", "-"]),
)  # fmt: skip
def test_duration_sets_the_expiry_exactly(
    issuer: Issuer, hours: int, minutes: int, seconds: int, sign: str
) -> None:
    text = f"{sign}{hours}h{minutes}m{seconds}s"
    still = dataclasses.replace(issuer, clock=Clock(lambda: NOW))
    request = convert_parameters({"exp": text})
    delta = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    expected = max(0, int(delta.total_seconds()) * (-1 if sign else 1))

    assert parse_duration(text) == (-delta if sign else delta)
    assert still.issue(request).expires_in == expected


@pytest.mark.requirement("TI-4")
@given(accept=st.text())
def test_any_accept_header_chooses_an_offer(accept: str) -> None:
    assert choose_media_type(accept, ("a/b", "c/d")) in {"a/b", "c/d"}
