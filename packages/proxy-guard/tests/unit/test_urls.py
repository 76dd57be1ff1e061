"""URIs that lead to the simulator: a named row for each disguise and each production URI."""

import json
from pathlib import Path
from typing import Final

import pytest
from proxy_guard import urls

pytestmark = pytest.mark.requirement("PG-1")

DATA: Final = Path(__file__).parent.parent / "data"
DISGUISES: Final[dict[str, list[str]]] = json.loads((DATA / "disguises.json").read_text("utf-8"))
PRODUCTION_URIS: Final[dict[str, str]] = json.loads(
    (DATA / "production_uris.json").read_text("utf-8")
)
MARK_CODES: Final = {
    urls.TOKEN_ISSUER_HOST,
    urls.TOKEN_ISSUER_PATH,
    urls.ISSUER_LOCAL,
    urls.LOCAL_DEV_PORT,
}
DEV_VALUES: Final = {name: row for name, row in DISGUISES.items() if row[1] in MARK_CODES}


@pytest.mark.parametrize(("value", "code"), DISGUISES.values(), ids=DISGUISES.keys())
def test_disguised_uri_is_refused(value: str, code: str) -> None:
    verdict = urls.inspect_uri(value)

    assert verdict is not None
    assert verdict.code == code


@pytest.mark.parametrize("value", PRODUCTION_URIS.values(), ids=PRODUCTION_URIS.keys())
def test_production_uri_is_accepted(value: str) -> None:
    assert urls.inspect_uri(value) is None
    assert urls.inspect_issuer(value) is None
    assert urls.find_dev_mark(value) is None


@pytest.mark.requirement("PG-2")
@pytest.mark.parametrize(("value", "code"), DEV_VALUES.values(), ids=DEV_VALUES.keys())
def test_disguised_issuer_is_refused(value: str, code: str) -> None:
    verdict = urls.inspect_issuer(value)

    assert verdict is not None
    assert verdict.code == code


@pytest.mark.requirement("PG-2")
@pytest.mark.parametrize(
    "value",
    [
        "",
        "accounts.google.com",
        "https://accounts.google.com",
        "https://issuer.locale.example.com",
        "kubernetes/serviceaccount",
        "my company's issuer",
        "urn:example:issuer",
        "issuer",
        "local",
        "https://a.example.com,https://b.example.com",
    ],
)
def test_issuer_that_is_not_a_url_is_accepted(value: str) -> None:
    assert urls.inspect_issuer(value) is None


HARBOR: Final = "harbor-token-issuer"


@pytest.mark.requirement("PG-2")
@pytest.mark.parametrize(
    "value",
    [
        HARBOR,
        "HARBOR_TOKEN_ISSUER",
        f' "{HARBOR}"\n',
        f"<{HARBOR}>",
        "harbor\u2010token\u2010issuer",
        "harbor%2Dtoken%2Dissuer",
        "aws-trusted-token-issuer",
        "token-issuer-of-harbor",
        "1-token-issuer-x",
        "harbor-token-issuer-1",
    ],
)
def test_issuer_that_is_another_bare_word_is_accepted(value: str) -> None:
    assert urls.inspect_issuer(value) is None
    assert urls.find_dev_mark(value) is not None, "it is the host or path of a reference"


@pytest.mark.requirement("PG-2")
@pytest.mark.parametrize(
    "value",
    [
        "token-issuer",
        "TOKEN_ISSUER",
        "\uff54oken-issuer",
        "token%2Dissuer",
        "tok\u200ben-issuer",
        "token-\tissuer",
        " 'token-issuer' ",
        "token-issuer.",
        "token-issuer-1",
        "token_issuer_1",
        "token-issuer1",
        "-token-issuer-",
        "xn--token-issuer-",
        f"{HARBOR}.",
        f"{HARBOR}:8081",
        f"{HARBOR}/keys",
        f"{HARBOR}\\keys",
        f"{HARBOR}%2Fkeys",
        f"{HARBOR}?x",
        f"{HARBOR}#x",
        f"{HARBOR}&x",
        f"{HARBOR}@gw",
        f"user@{HARBOR}",
        f"{HARBOR}.qa.svc",
        f"{HARBOR},token-issuer",
        f"{HARBOR} token-issuer",
        f"{HARBOR}|https://id.example.com",
        f"//{HARBOR}",
        f"http:\t{HARBOR}",
        f"http://{HARBOR}-1/keys",
        f"https://gw.example.com/{HARBOR}",
        f"urn:x:{HARBOR}",
        f"x={HARBOR}",
        f"${{HOST:-{HARBOR}}}",
    ],
)
def test_issuer_that_is_the_name_or_more_than_a_word_is_refused(value: str) -> None:
    for verdict in (urls.inspect_issuer(value), urls.inspect_uri(value)):
        assert verdict is not None
        assert verdict.code in {urls.TOKEN_ISSUER_HOST, urls.TOKEN_ISSUER_PATH}


def test_table_of_production_uris_is_long_enough() -> None:
    assert len(PRODUCTION_URIS) >= 100
    assert len(DISGUISES) >= 300


@pytest.mark.parametrize(
    "value",
    [
        "http://token.issuer:8081/certs",
        "http://token--issuer:8081/certs",
        "http://t\u043eken-issuer:8081/certs",
        "http://10.0.2.2:8081/certs",
        "https://keys.example.com/jwks.json",
    ],
    ids=["dot", "two hyphens", "cyrillic letter", "virtual machine host", "neutral name"],
)
def test_neutral_name_is_accepted_and_left_to_the_probe(value: str) -> None:
    assert urls.inspect_uri(value) is None


@pytest.mark.parametrize("value", ["", " \t\r\n", '""', "''", "\ufeff", "\u200b", '" "'])
def test_invisible_value_is_unset(value: str) -> None:
    assert urls.is_unset(value)


def test_overlong_value_is_refused() -> None:
    value = "https://login.example.com/".ljust(urls.MAX_URI_CHARS, "a")

    assert urls.inspect_uri(value) is None
    for inspect in (urls.inspect_uri, urls.inspect_issuer):
        verdict = inspect(value + "a")
        assert verdict is not None
        assert verdict.code == urls.UNREADABLE_URI
        assert "4096" in verdict.detail


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("http://token-issuer:8081/certs", "http://token-issuer:8081/certs"),
        ("http://user:hunter2@token-issuer/certs", "http://token-issuer/certs"),
        ("http://a:hunter2@b:hunter2@token-issuer/x", "http://token-issuer/x"),
        ("user:hunter2@token-issuer:8081/certs", "token-issuer:8081/certs"),
        ("http://token-issuer/certs?key=hunter2", "http://token-issuer/certs…"),
        ("http://token-issuer/certs#hunter2", "http://token-issuer/certs…"),
        ("http://token-issuer/certs%3Fkey=hunter2", "http://token-issuer/certs…"),
        ("http://token-issuer/certs;key=hunter2", "http://token-issuer/certs…"),
        ("http://token-issuer/certs hunter2", "http://token-issuer/certs…"),
        ("http://token-issuer/\x1b[31mhunter2", "http://token-issuer/…"),
        ("http://ToKeN%2Dissuer/", "http://token-issuer/"),
        ("http://user%3Ahunter2%40token-issuer/", "http://token-issuer/"),
        ("http://token-issuer/" + "a" * 90, "http://token-issuer/" + "a" * 60 + "…"),
        ("http://user:hun/ter2@token-issuer/", "not shown, since it may contain a password"),
        ("http://user:hun?ter2@token-issuer/", "not shown, since it may contain a password"),
        ("http://token-issuer/?mail=a@b", "not shown, since it may contain a password"),
    ],
)
def test_detail_shows_the_uri_without_its_secrets(value: str, shown: str) -> None:
    verdict = urls.inspect_uri(value)

    assert verdict is not None
    assert verdict.detail == shown
    assert repr(verdict) == f"Verdict({verdict.code!r}, {shown!r})"


@pytest.mark.parametrize(
    "value",
    ["hunter2", "hunter2:hunter2", "https://hunter2 hunter2/", "https://a.example:hunter2/"],
)
def test_detail_shows_no_part_of_an_unreadable_value(value: str) -> None:
    verdict = urls.inspect_uri(value)

    assert verdict is not None
    assert "hunter2" not in verdict.detail
