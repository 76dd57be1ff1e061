# DEV-ONLY: never ship to production.
"""The resolution of paths to issuers, and of the setting `self` to a URL."""

import logging
from collections.abc import Callable
from typing import Any, Final

import pytest
from token_issuer.config.issuers import derive_settings
from token_issuer.config.keywords import parse_keywords
from token_issuer.issuers.issuers import Issuers
from token_issuer.keys.service import KeyService
from token_issuer.tokens.issuer import Issuer

pytestmark = pytest.mark.requirement("TI-9")

Build = Callable[..., Issuers]

OIDC: Final = "/.well-known/openid-configuration"
OAUTH: Final = "/.well-known/oauth-authorization-server"
URL: Final = "http://127.0.0.1:8081"
STAFF: Final[dict[str, dict[str, Any]]] = {"staff": {}, "staff-2": {}}


@pytest.fixture
def build(keys: KeyService) -> Build:
    """Return a function that builds issuers from settings."""

    def build(**keywords: Any) -> Issuers:
        settings = parse_keywords(keywords)
        named = {
            name: Issuer(derive_settings(settings, name), keys, name=name)
            for name in settings.issuers
        }
        return Issuers(Issuer(settings, keys), named)

    return build


def find(issuers: Issuers, path: str) -> tuple[str, str, str]:
    place = issuers.find(path)
    return place.issuer.name, place.prefix, place.path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/token", ("", "", "/token")),
        ("/", ("", "", "/")),
        ("/staff", ("staff", "/staff", "/")),
        ("/staff/token", ("staff", "/staff", "/token")),
        ("/staff/staff/token", ("staff", "/staff", "/staff/token")),
        ("/staff-2/token", ("staff-2", "/staff-2", "/token")),
        ("/staff-3/token", ("", "", "/staff-3/token")),
        ("/Staff/token", ("", "", "/Staff/token")),
        ("/token/staff", ("", "", "/token/staff")),
        (f"/staff{OIDC}", ("staff", "/staff", OIDC)),
        (f"/staff{OAUTH}", ("staff", "/staff", OAUTH)),
        (f"{OIDC}/staff", ("staff", "/staff", OIDC)),
        (f"{OAUTH}/staff", ("staff", "/staff", OAUTH)),
        (f"{OAUTH}/staff-2", ("staff-2", "/staff-2", OAUTH)),
        (f"{OAUTH}/staff-3", ("", "", f"{OAUTH}/staff-3")),
        (f"{OAUTH}/staff/token", ("", "", f"{OAUTH}/staff/token")),
        (OIDC, ("", "", OIDC)),
        (OAUTH, ("", "", OAUTH)),
    ],
)
def test_path_leads_to_an_issuer(build: Build, path: str, expected: tuple[str, str, str]) -> None:
    assert find(build(issuers=STAFF), path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/realms/dev/token", ("", "/realms/dev", "/token")),
        ("/realms/token", ("", "", "/realms/token")),
        ("/token", ("", "", "/token")),
        ("/realms/dev/staff/token", ("staff", "/realms/dev/staff", "/token")),
        ("/staff/token", ("staff", "/staff", "/token")),
        (f"/realms/dev{OIDC}", ("", "/realms/dev", OIDC)),
        (f"{OAUTH}/realms/dev", ("", "/realms/dev", OAUTH)),
        (f"{OAUTH}/realms/dev/staff", ("staff", "/realms/dev/staff", OAUTH)),
    ],
)
def test_path_of_the_public_url_leads_to_its_issuer(
    build: Build, path: str, expected: tuple[str, str, str]
) -> None:
    issuers = build(public_url="http://gateway.test/realms/dev", issuers=STAFF)
    assert find(issuers, path) == expected


@pytest.mark.parametrize(
    ("issuer", "path", "expected"),
    [
        ("https://id.test/realms/dev", f"/realms/dev{OIDC}", ("", "", OIDC)),
        ("https://id.test/realms/dev/", f"{OAUTH}/realms/dev", ("", "", OAUTH)),
        ("https://id.test/realms/dev", "/realms/dev/token", ("", "", "/realms/dev/token")),
        ("https://id.test/realms/dev", f"/realms/dev/staff{OIDC}", ("staff", "/staff", OIDC)),
        ("https://id.test/oauth2", "/oauth2/v3/certs", ("", "", "/oauth2/v3/certs")),
        ("https://id.test/oauth2", f"/oauth2{OIDC}", ("", "", OIDC)),
        ("https://id.test//a%20b/", f"/a b{OIDC}", ("", "", OIDC)),
        ("https://id.test/token", "/token", ("", "", "/token")),
        ("id.test/dev", f"/dev{OIDC}", ("", "", f"/dev{OIDC}")),
        ("http://[", f"/{OIDC}", ("", "", f"/{OIDC}")),
    ],
)
def test_path_of_the_identifier_leads_to_discovery_alone(
    build: Build, issuer: str, path: str, expected: tuple[str, str, str]
) -> None:
    assert find(build(issuer=issuer, issuers=STAFF), path) == expected


@pytest.mark.parametrize("path", ["/a%20b", "//a%20b//", "/%61 b/"])
def test_path_of_the_public_url_is_decoded_and_normalized(build: Build, path: str) -> None:
    issuers = build(public_url=f"http://gateway.test{path.replace(' ', '%20')}")

    assert find(issuers, "/a b/token") == ("", "/a b", "/token")


def test_path_of_two_identifiers_leads_to_the_first_issuer(build: Build) -> None:
    staff = {"staff": {"issuer": "https://b.test/x"}}

    assert find(build(issuer="https://a.test/x", issuers=staff), f"/x{OIDC}") == ("", "", OIDC)


@pytest.mark.parametrize("name", ["oauth2", "token", "admin", ".well-known"])
def test_public_url_does_not_hide_a_path(build: Build, name: str) -> None:
    issuers = build(public_url=f"http://gateway.test/{name}")

    assert find(issuers, f"/{name}/v3/certs") == ("", "", f"/{name}/v3/certs")
    assert find(issuers, f"/{name}") == ("", "", f"/{name}")


def test_self_is_the_url_of_each_issuer(build: Build) -> None:
    issuers = build(issuer="self", issuers={**STAFF, "b2b": {"issuer": "https://b2b.test"}})
    identifiers = [issuer.identifier for issuer in issuers.locate(URL)]

    assert identifiers == [URL, f"{URL}/staff", f"{URL}/staff-2", "https://b2b.test"]


def test_self_is_the_public_url_if_there_is_one(build: Build) -> None:
    issuers = build(issuer="self", public_url="http://issuer:1/x", issuers=STAFF, profile="google")
    identifiers = [issuer.identifier for issuer in issuers.locate(URL)]

    assert identifiers == [f"http://issuer:1/x{path}" for path in ("", "/staff", "/staff-2")]


@pytest.mark.parametrize(
    ("url", "keywords", "is_warned"),
    [
        ("http://0.0.0.0:8081", {"issuer": "self"}, True),
        ("https://0.0.0.0:8081", {"issuer": "self"}, True),
        ("http://[::]:8081", {"issuer": "self"}, True),
        ("http://[::1]:8081", {"issuer": "self"}, False),
        ("http://0.0.0.0:8081", {}, False),
        ("http://0.0.0.0:8081", {"issuers": {"staff": {"issuer": "self"}}}, True),
        ("http://0.0.0.0:8081", {"issuer": "self", "public_url": "http://a"}, False),
    ],
)
def test_identifier_that_other_machines_cannot_reach_is_logged(
    build: Build,
    caplog: pytest.LogCaptureFixture,
    url: str,
    keywords: dict[str, str],
    *,
    is_warned: bool,
) -> None:
    with caplog.at_level(logging.WARNING):
        build(**keywords).locate(url)

    assert ("set TOKEN_ISSUER_PUBLIC_URL" in caplog.text) is is_warned


def test_rotation_that_verifiers_cannot_follow_is_logged_for_each_issuer(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    plan = {"rotation": "google", "rotation_factor": 30_000}
    build(issuers={"staff": plan, "b2b": plan, "slow": {}}).locate(URL)

    assert caplog.text.count("TOKEN_ISSUER_ROTATION_FACTOR=30000") == 2
