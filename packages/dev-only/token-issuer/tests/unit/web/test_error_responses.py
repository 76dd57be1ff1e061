# DEV-ONLY: never ship to production.
"""Which exception becomes which response."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn

import pytest
from token_issuer.errors import (
    InvalidInputError,
    KeyDirectoryError,
    TokenRequestError,
)
from token_issuer.keys.errors import KeyInUseError, NoSuchKeyError
from token_issuer.web.errors import HttpError, build_error_response

pytestmark = pytest.mark.requirement("TI-4")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (TokenRequestError("scope: wrong", error="invalid_scope"), 400, "invalid_scope"),
        (InvalidInputError("lead: wrong", "lead"), 400, "invalid_request"),
        (HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type"), 415, "invalid_request"),
        (NoSuchKeyError("a", "b"), 404, "invalid_request"),
        (KeyInUseError("a"), 409, "invalid_request"),
        (KeyDirectoryError(Path("/keys"), "is full"), 503, "server_error"),
        (RuntimeError("private detail"), 500, "server_error"),
    ],
)
def test_exception_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    token, other = (build_error_response(path, error) for path in ("/token", "/certs"))
    fields = dict(token.fields), dict(other.fields)

    assert (token.status, other.status) == (status, status)
    assert [each[b"content-type"] for each in fields] == [
        b"application/json",
        b"application/problem+json",
    ]
    assert [each[b"cache-control"] for each in fields] == [b"no-store"] * 2
    assert json.loads(token.body)["error"] == code
    assert json.loads(other.body)["status"] == status
    assert b"private detail" not in token.body + other.body


def test_text_is_made_safe_for_rfc_6749() -> None:
    error = InvalidInputError('lead: "é" is wrong')

    assert json.loads(build_error_response("/token", error).body)["error_description"] == (
        "lead: '?' is wrong"
    )


def test_further_headers_are_sent() -> None:
    error = HttpError(HTTPStatus.METHOD_NOT_ALLOWED, "no", {"Allow": "GET"})

    assert (b"allow", b"GET") in build_error_response("/certs", error).fields


class UnprintableError(Exception):
    def __str__(self) -> NoReturn:
        message = "no text"
        raise RuntimeError(message)


def test_error_without_a_text_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    response = build_error_response("/token", UnprintableError())

    assert json.loads(response.body)["error"] == "server_error"
    assert [record.getMessage() for record in caplog.records] == ["unexpected error on /token"]


def test_only_errors_of_the_issuer_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    build_error_response("/token", TokenRequestError("sub: wrong"))
    build_error_response("/token", KeyDirectoryError(Path("/keys"), "is full"))
    build_error_response("/token", RuntimeError("private detail"))

    assert [record.getMessage() for record in caplog.records] == [
        "/token: /keys: is full",
        "unexpected error on /token",
    ]
    assert "private detail" in caplog.text
