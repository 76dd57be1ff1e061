"""Codes, tokens and cookies of the simulator are found in every variable, however it wraps them."""

import base64
import json
import os
import textwrap
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proxy_guard import check, dev_marks, screen_token
from proxy_guard.credentials import search_credential

pytestmark = pytest.mark.requirement("PG-1")

Wrap = Callable[[str], str]


def make_credential(mark: str, size: int = 66) -> str:
    return mark + base64.urlsafe_b64encode(os.urandom(size)).decode().rstrip("=")


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def encode_url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def encode_each(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def build_gcloud_file(token: str) -> str:
    return json.dumps({
        "type": "authorized_user",
        "client_id": "app",
        "client_secret": "x",
        "refresh_token": token,
    })


def build_jwt(token_id: str) -> str:
    claims = {"iss": "https://id.example.com", "jti": token_id, "sub": "schlüssel"}
    header = encode_url(json.dumps({"alg": "RS256", "kid": "1", "typ": "at+jwt"}))
    return f"{header}.{encode_url(json.dumps(claims))}.{'A' * 342}"


def build_storage_state(value: str) -> str:
    cookie = {"name": dev_marks.SESSION_COOKIE, "value": value, "domain": "localhost", "path": "/"}
    return json.dumps({"cookies": [cookie], "origins": []}, indent=2)


WRAPPERS: Final[dict[str, Wrap]] = {
    "nothing": lambda text: text,
    "quotes": lambda text: f" '{text}'\n",
    "other text": lambda text: f"account=a,token={text};b",
    "bearer": lambda text: f"Bearer {text}",
    "netrc": lambda text: f"machine id.example.com login a password {text}\n",
    "cookie": lambda text: f"theme=dark; {dev_marks.SESSION_COOKIE}={text}; Path=/",
    "cookie jar": lambda text: f"localhost\tFALSE\t/\tFALSE\t0\t{dev_marks.SESSION_COOKIE}\t{text}",
    "form": lambda text: urlencode({"grant_type": "refresh_token", "refresh_token": text}),
    "redirect": lambda text: f"https://app.example.com/callback?code={text}&state=x",
    "gcloud": build_gcloud_file,
    "gcloud in a string": lambda text: json.dumps(build_gcloud_file(text)),
    "gcloud in base64": lambda text: encode(build_gcloud_file(text)),
    "gcloud in lines of base64": lambda text: "\n".join(
        textwrap.wrap(encode(build_gcloud_file(text)), 76)
    ),
    "gcloud in escaped lines of base64": lambda text: json.dumps({
        "data": "\r\n".join(textwrap.wrap(encode(build_gcloud_file(text)), 64))
    }),
    "storage state": build_storage_state,
    "access token": build_jwt,
    "base64 in base64": lambda text: encode(encode(text)),
    "base64url": encode_url,
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "percent": quote,
    "percent twice": lambda text: quote(encode_each(text)),
    "base64 in a URI": lambda text: f"https://a.example/?state={quote(encode(text))}",
}


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
@pytest.mark.parametrize(("mark", "kind"), dev_marks.CREDENTIALS.items())
def test_credential_is_found(mark: str, kind: str, wrap: Wrap) -> None:
    assert search_credential(wrap(make_credential(mark))) == kind


@pytest.mark.parametrize("outer", WRAPPERS.values(), ids=WRAPPERS)
@pytest.mark.parametrize("inner", WRAPPERS.values(), ids=WRAPPERS)
def test_credential_is_found_in_two_wrappers(inner: Wrap, outer: Wrap) -> None:
    text = outer(inner(make_credential(dev_marks.REFRESH_TOKEN_MARK)))

    assert search_credential(text) == "a refresh token"


@given(st.lists(st.sampled_from([*WRAPPERS.values()]), max_size=2), st.binary(max_size=3))
def test_credential_is_found_in_combined_wrappers(wrappers: list[Wrap], before: bytes) -> None:
    text = before.hex() + " " + make_credential(dev_marks.REFRESH_TOKEN_MARK)
    for wrap in wrappers:
        text = wrap(text)

    assert search_credential(text) == "a refresh token"


def test_credential_is_found_in_five_levels_of_base64() -> None:
    text = make_credential(dev_marks.CODE_MARK)
    for _ in range(5):
        text = encode(text)

    assert search_credential(text) == "an authorization code"


@pytest.mark.parametrize("before", range(4))
def test_shortest_credential_is_found_at_each_alignment(before: int) -> None:
    sealed = "A" * dev_marks.MIN_SEALED_CHARS
    for mark, kind in dev_marks.CREDENTIALS.items():
        assert search_credential(encode("x" * before + mark + sealed)) == kind


@pytest.mark.parametrize(
    "value",
    [
        "",
        "dev-only",
        "dev-only tools, dev-only-session and dev-only-refresh.",
        "dev-only-refresh.…",
        "dev-only-refresh.*",
        "dev-only-refresh." + "A" * (dev_marks.MIN_SEALED_CHARS - 1),
        "dev-only-refresh.example.com/with/a/path/that/is/long/enough/for/a/token",
        "dev-only-refresh-" + "A" * 80,
        "DEV-ONLY-REFRESH." + "A" * 80,
        "ya29.a0" + "A" * 80,
        "1//0" + "A" * 80,
        "%" * 80,
        "%zz" + "A" * 80,
        "A" * 81,
        "\udcff" * 80,
        "schlüssel" * 20,
    ],
)
def test_other_value_has_no_findings(value: str) -> None:
    assert search_credential(value) is None
    assert search_credential(encode(value.encode(errors="replace").decode())) is None


@pytest.mark.parametrize(
    "variable", ["GOOGLE_REFRESH_TOKEN", "JWT_PUBLIC_KEY", "npm_config_x", "schlüssel"]
)
def test_credential_in_any_variable_is_a_finding(variable: str) -> None:
    credential = make_credential(dev_marks.REFRESH_TOKEN_MARK)

    report = check({variable: credential, "OTHER": "x"}, probe=False)

    assert not report.allowed
    (finding,) = report.findings
    assert (finding.code, finding.variable) == ("dev_credential", variable)
    assert finding.what == f"{variable} contains a refresh token of the dev-only token-issuer"
    assert credential[-66:] not in f"{finding.what} {finding.remedy} {report!r}"


def test_control_characters_in_the_name_of_a_variable_are_not_printed() -> None:
    (finding,) = check({"A\n\x1b[1m": make_credential(dev_marks.CODE_MARK)}).findings

    assert finding.variable == r"'A\n\x1b[1m'"


def test_value_that_is_not_text_has_no_findings() -> None:
    assert check({"PORT": 8080, "NONE": None}).allowed  # type: ignore[dict-item]  # callers do


@pytest.mark.requirement("PG-3")
def test_access_token_of_a_login_is_refused_by_its_id() -> None:
    claims = {"iss": "https://id.example.com", "jti": make_credential(dev_marks.TOKEN_ID_MARK)}

    (finding,) = screen_token({"alg": "RS256"}, claims, {"APP_ENV": "qa"})

    assert finding.code == "dev_credential"
    assert finding.what.startswith("the token contains the ID of an access token")
    for token_id in ("dev-only-jti.", "0e9c", 7, None):
        assert screen_token({}, {"jti": token_id}, {"APP_ENV": "qa"}) == ()


@pytest.mark.parametrize(
    "value",
    [
        base64.b64encode(bytes(700_000)).decode(),
        "%41" * 300_000,
        "%" * 1_000_000,
        "dev-only-code." * 70_000,
        ("A" * 75 + "\n") * 13_000,
        "\\n" * 500_000,
    ],
    ids=range(6),
)
def test_hostile_value_is_searched_to_its_end(value: str) -> None:
    credential = make_credential(dev_marks.CODE_MARK)

    assert search_credential(value) is None
    assert search_credential(f"{value} {credential}") == "an authorization code"
