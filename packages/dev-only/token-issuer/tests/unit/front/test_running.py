# DEV-ONLY: never ship to production.
"""The issuer that the proxy leads to, and its authority."""

import gc

import pytest
from cryptography import x509
from token_issuer.config.keywords import parse_keywords
from token_issuer.config.settings import Settings
from token_issuer.errors import FrontError
from token_issuer.front.running import (
    check_upstream_proxy,
    create_identity,
    imitate_google,
    locate_issuer,
)
from token_issuer.front.targets import parse_allowed_host
from token_issuer.google_hosts import HTTPS_NAMES
from token_issuer.tls.authority import Authority

pytestmark = pytest.mark.requirement("GO-6")

URL = "http://127.0.0.1:40000"


def test_issuer_has_the_settings_of_google() -> None:
    settings = imitate_google(Settings(), URL)

    assert settings.profile == "google"
    assert settings.issuer == settings.public_url == "https://accounts.google.com"
    assert settings.browser_url == URL


def test_settings_of_the_user_are_kept() -> None:
    chosen = {
        "profile": "plain",
        "issuer": "self",
        "public_url": "https://a",
        "browser_url": "http://b",
    }

    settings = imitate_google(parse_keywords(chosen), URL)

    assert {name: getattr(settings, name) for name in chosen} == chosen


@pytest.mark.parametrize(("host", "has_admin"), [("127.0.0.1", True), ("10.0.0.7", False)])
def test_admin_surface_is_not_open_to_the_clients_of_a_network(host: str, has_admin: bool) -> None:
    assert imitate_google(parse_keywords({"host": host}), URL).has_admin is has_admin


def test_authority_can_sign_for_the_names_of_google_alone() -> None:
    certificate = create_identity().authority

    constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    permitted = constraints.value.permitted_subtrees or []
    assert constraints.critical
    assert {name.value for name in permitted} == set(HTTPS_NAMES)


def test_key_of_the_authority_is_not_kept() -> None:
    identity = create_identity()

    found = [each for each in gc.get_objects() if isinstance(each, Authority)]
    assert not [each for each in found if each.certificate == identity.authority]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8081", ("127.0.0.1", 8081)),
        ("http://[::1]:8081", ("::1", 8081)),
        ("HTTP://token-issuer", ("token-issuer", 80)),
    ],
)
def test_address_of_the_issuer(url: str, address: tuple[str, int]) -> None:
    assert locate_issuer(url) == address


def test_other_proxy_is_an_error_only_if_hosts_are_allowed() -> None:
    environ = {"HTTPS_PROXY": "http://user:secret@proxy.test:3128"}
    check_upstream_proxy(environ, [])
    check_upstream_proxy({"HTTPS_PROXY": ""}, [parse_allowed_host("pypi.org")])

    with pytest.raises(FrontError, match="HTTPS_PROXY names another proxy") as caught:
        check_upstream_proxy(environ, [parse_allowed_host("pypi.org")])

    assert "secret" not in str(caught.value)
