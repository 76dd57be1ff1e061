"""Every spelling of a dev URL is refused, and no production URL is."""

import re
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proxy_guard import check, urls

pytestmark = pytest.mark.requirement("PG-1")

Disguise = Callable[[str, st.DataObject], str]

DEV_URLS: Final = [
    "http://token-issuer:8081/.well-known/jwks.json",
    "http://stack-token-issuer-1:8081/certs",
    "http://stack_token_issuer_1:8081/certs",
    "http://token-issuer.qa.svc.cluster.local/oauth2/v3/certs",
    "https://gw.example.com/token-issuer/jwks.json",
    "https://issuer.local/.well-known/jwks.json",
    "https://keys.issuer.local:8443/certs",
    "http://localhost:8081/certs",
    "http://127.0.0.1:8081/certs",
    "http://host.docker.internal:8081/certs",
]
INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u034f\ufe0f\U000e0100"
STRIPPED: Final = "\t\n\r"
LEADING_SCHEME: Final = re.compile(r"\A[^/\\?#]*:[/\\]{2}")  # not the scheme of a URL in the query
BLANKS: Final = " \t\n\r\u00a0\u3000\ufeff"


def pick_index(text: str, data: st.DataObject) -> int:
    return data.draw(st.integers(0, len(text) - 1))


def change_case(text: str, data: st.DataObject) -> str:
    flags = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    return "".join(c.upper() if flag else c for c, flag in zip(text, flags, strict=True))


def encode_percent(text: str, data: st.DataObject) -> str:
    index = pick_index(text, data)
    encoded = "".join(f"%{byte:02X}" for byte in text[index].encode("utf-8"))
    return text[:index] + encoded + text[index + 1 :]


def widen(text: str, data: st.DataObject) -> str:
    index = pick_index(text, data)
    is_printable_ascii = "!" <= text[index] <= "~"
    wide = chr(ord(text[index]) + 0xFEE0) if is_printable_ascii else text[index]
    return text[:index] + wide + text[index + 1 :]


def insert_invisible(text: str, data: st.DataObject) -> str:
    index = pick_index(text, data)
    return text[:index] + data.draw(st.sampled_from(INVISIBLE)) + text[index:]


def insert_stripped(text: str, data: st.DataObject) -> str:
    index = pick_index(text, data)
    return text[:index] + data.draw(st.sampled_from(STRIPPED)) + text[index:]


def use_backslashes(text: str, _: st.DataObject) -> str:
    return text.replace("/", "\\")


def use_ideographic_full_stops(text: str, data: st.DataObject) -> str:
    return text.replace(".", data.draw(st.sampled_from("\u3002\uff0e\uff61")))


def wrap(text: str, data: st.DataObject) -> str:
    before, after = data.draw(
        st.sampled_from([('"', '"'), ("'", "'"), ("<", ">"), ("\u201c", "\u201d")])
    )
    blanks = st.text(st.sampled_from(BLANKS), max_size=3)
    return data.draw(blanks) + before + text + after + data.draw(blanks)


def add_user_info(text: str, data: st.DataObject) -> str:
    info = data.draw(st.sampled_from(["u:p@", "login.example.com@", "a:b@c@", ":@"]))
    return text.replace("://", f"://{info}", 1)


def add_query(text: str, data: st.DataObject) -> str:
    return text + data.draw(
        st.sampled_from(["?a=b", "#x", ";v=1", "/../x", "?u=https://a.example"])
    )


def append_to_another(text: str, data: st.DataObject) -> str:
    return f"https://login.example.com/jwks{data.draw(st.sampled_from(',;| '))}{text}"


def drop_scheme(text: str, _: st.DataObject) -> str:
    return LEADING_SCHEME.sub("", text) or text


DISGUISES: Final[list[Disguise]] = [
    change_case,
    encode_percent,
    widen,
    insert_invisible,
    insert_stripped,
    use_backslashes,
    use_ideographic_full_stops,
    wrap,
    add_user_info,
    add_query,
    append_to_another,
    drop_scheme,
]


@settings(max_examples=500, deadline=None)
@given(
    url=st.sampled_from(DEV_URLS),
    disguises=st.lists(st.sampled_from(DISGUISES), max_size=6),
    data=st.data(),
)
def test_every_spelling_of_a_dev_url_is_refused(
    url: str, disguises: list[Disguise], data: st.DataObject
) -> None:
    for disguise in disguises:
        url = disguise(url, data)

    assert not check({"JWT_JWKS_URI": url}).allowed


LABEL: Final = st.from_regex(r"[a-z]([a-z0-9-]{0,12}[a-z0-9])?", fullmatch=True)
HOST: Final = st.lists(LABEL, min_size=1, max_size=4).map(
    lambda labels: ".".join([*labels, "example"])
)
PORT: Final = st.sampled_from(["", ":", ":443", ":8080", ":8081", ":9000", ":65535"])
# Without k and u neither mark can be spelled, and without colon no port.
UNMARKED: Final = "abcdefghijlmnopqrstvwxyz0123456789-._~/%@+"
PATH: Final = st.text(st.sampled_from(UNMARKED), max_size=40)
QUERY: Final = st.text(st.sampled_from(UNMARKED + "=&"), max_size=30).map("?{}".format)


@settings(max_examples=300, deadline=None)
@given(
    scheme=st.sampled_from(["http", "https", "HTTPS"]),
    host=HOST,
    port=PORT,
    path=PATH,
    query=st.just("") | QUERY,
)
def test_no_production_url_is_refused(
    scheme: str, host: str, port: str, path: str, query: str
) -> None:
    url = f"{scheme}://{host}{port}/{path}{query}"

    assert urls.inspect_uri(url) is None
    assert urls.find_dev_mark(url) is None


@settings(max_examples=300, deadline=None)
@given(value=st.text())
def test_verdict_on_any_text_is_safe_to_print(value: str) -> None:
    for verdict in (urls.inspect_uri(value), urls.find_dev_mark(value)):
        assert verdict is None or verdict.detail.isprintable()
