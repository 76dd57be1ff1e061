# DEV-ONLY: never ship to production.
"""Which targets the proxy answers, reaches or refuses."""

import pytest
from token_issuer.config.host_names import normalize_host_name
from token_issuer.front.targets import (
    Action,
    Target,
    judge_target,
    parse_allowed_host,
    parse_target,
)
from token_issuer.google_hosts import HTTP_NAMES, HTTPS_NAMES

pytestmark = pytest.mark.requirement("GO-6")


def test_names_of_google_are_unique_and_in_their_normal_form() -> None:
    names = [*HTTPS_NAMES, *HTTP_NAMES]

    assert names == [normalize_host_name(name) for name in names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("www.googleapis.com:443", "www.googleapis.com", 443),
        ("WWW.GoogleAPIs.com.:0443", "www.googleapis.com", 443),
        ("metadata.google.internal.:80", "metadata.google.internal", 80),
        ("[::1]:8443", "::1", 8443),
        ("2852039166:80", "169.254.169.254", 80),
    ],
)
def test_target_is_parsed(text: str, host: str, port: int) -> None:
    assert parse_target(text) == Target(host, port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":443",
        "www.googleapis.com",
        "www.googleapis.com:",
        "www.googleapis.com:0",
        "www.googleapis.com:65536",
        "www.googleapis.com:443443443",
        "www.googleapis.com:443:443",
        "www.googleapis.com:-443",
        "www.googleapis.com:443/path",
        "user@www.googleapis.com:443",
        "https://www.googleapis.com:443",
        "www..googleapis.com:443",
        "www.googleapis.com\x00:443",
        "wẅw.googleapis.com:443",
        "www.googleapis.com:٤٤٣",
        "::1:443",
        "[::1:443",
        "[www.googleapis.com]:443",
        "a" * 254 + ":443",
    ],
)
def test_malformed_target_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_target(text)


@pytest.mark.parametrize("name", HTTPS_NAMES)
def test_issuer_answers_names_of_google_behind_a_certificate(name: str) -> None:
    assert judge_target(Target(name, 443), ()).action is Action.ANSWER_TLS


@pytest.mark.parametrize("name", HTTP_NAMES)
def test_issuer_answers_the_metadata_server_without_tls(name: str) -> None:
    assert judge_target(Target(name, 80), ()).action is Action.ANSWER_PLAIN


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (Target("pypi.org", 443), "--allow pypi.org"),
        (Target("db.test", 5432), "--allow db.test:5432"),
        (Target("localhost", 8080), "NO_PROXY, or allow it: --allow localhost:8080"),
        (Target("127.8.8.8", 443), "is a loopback address"),
        (Target("::1", 8080), "--allow [::1]:8080"),
        (Target("app.localhost", 443), "is a loopback address"),
        (Target("www.googleapis.com", 80), "answers www.googleapis.com on port 443 only"),
        (Target("metadata.google.internal", 443), "on port 80 only"),
        (Target("storage.googleapis.com", 443), "--allow storage.googleapis.com"),
        (Target("www.googleapis.com.evil.test", 443), "is not a name that the issuer answers"),
        (Target("sub.www.googleapis.com", 443), "is not a name that the issuer answers"),
    ],
)
def test_other_targets_are_refused_with_the_remedy(target: Target, reason: str) -> None:
    decision = judge_target(target, ())

    assert decision.action is Action.REFUSE
    assert reason in decision.reason


@pytest.mark.parametrize(
    ("allowed", "target", "is_reached"),
    [
        ("pypi.org", Target("pypi.org", 443), True),
        ("PyPI.org.", Target("pypi.org", 443), True),
        ("pypi.org", Target("pypi.org", 8443), False),
        ("pypi.org:8443", Target("pypi.org", 8443), True),
        ("pypi.org", Target("files.pypi.org", 443), False),
        ("*.pypi.org", Target("files.pypi.org", 443), True),
        ("*.pypi.org", Target("a.b.pypi.org", 443), True),
        ("*.pypi.org", Target("pypi.org", 443), False),
        ("*.pypi.org", Target("notpypi.org", 443), False),
        ("[::1]:8443", Target("::1", 8443), True),
        ("localhost:8443", Target("localhost", 8443), True),
        ("*.googleapis.com", Target("storage.googleapis.com", 443), True),
    ],
)
def test_allowed_host_is_reached(allowed: str, target: Target, is_reached: bool) -> None:
    decision = judge_target(target, [parse_allowed_host(allowed)])

    assert (decision.action is Action.TUNNEL) == is_reached


def test_wildcard_does_not_reach_a_name_that_the_issuer_answers() -> None:
    allowed = [parse_allowed_host("*.googleapis.com")]

    assert judge_target(Target("www.googleapis.com", 443), allowed).action is Action.ANSWER_TLS


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "*.*", "a.*", "https://pypi.org", "pypi.org/x", "a b", "pypi.org:0"]
)
def test_malformed_allowed_host_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected HOST or HOST:PORT"):
        parse_allowed_host(text)


@pytest.mark.parametrize("text", ["www.googleapis.com", "ACCOUNTS.google.com:8443"])
def test_name_of_google_cannot_be_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="leave it out"):
        parse_allowed_host(text)
