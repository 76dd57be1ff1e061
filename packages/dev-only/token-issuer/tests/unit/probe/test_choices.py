# DEV-ONLY: never ship to production.
"""What may be probed, which checks are made, and how statuses are read."""

import socket

import pytest
from token_issuer.probe.baseline import BASELINE_CHECKS
from token_issuer.probe.errors import ProbeError
from token_issuer.probe.selection import select
from token_issuer.probe.target.allowed_hosts import check_target
from token_issuer.probe.target.statuses import parse_statuses
from token_issuer.tokens.defects.catalogue import CATALOGUE

pytestmark = pytest.mark.requirement("BV-3")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/",
        "http://127.0.0.1/orders",
        "http://127.8.9.10:1/",
        "http://[::1]:8080/",
        "https://LOCALHOST/",
    ],
)
def test_loopback_is_probed(url: str) -> None:
    assert check_target(url, None) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/",
        "http://0.0.0.0:8080/",
        "http://[2001:db8::1]/",
        "http://169.254.169.254/",
        "http://3221225985/",
    ],
)
def test_other_hosts_are_probed_only_where_they_are_named(url: str) -> None:
    host = url.removeprefix("http://").rstrip("/").removesuffix(":8080")
    with pytest.raises(ProbeError, match="is not on this machine"):
        check_target(url, None)
    with pytest.raises(ProbeError, match="which --allow-host other does not name"):
        check_target(url, "other")

    assert check_target(url, host) == url


def test_each_address_of_a_name_has_to_be_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, 80)) for address in ("127.0.0.1", "192.0.2.7")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(ProbeError, match=r"half\.example is not on this machine \(192\.0\.2\.7\)"):
        check_target("http://half.example/", None)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("localhost:8080", "is no URL"),
        ("ftp://localhost/", "is no URL"),
        ("http:///orders", "is no URL"),
        ("http://localhost:0/", "is no URL"),
        ("http://localhost:99999/", "out of range"),
        ("http://localhost/a b", "is no URL"),
        ("http://localhost/\u00e9", "is no URL"),
        ("http://localhost/\r\nX: 1", "is no URL"),
        ("http://[::1/", "Invalid IPv6"),
        ("http://me:secret@localhost/", "credentials"),
        ("http://localhost/#top", "fragment"),
        ("http://no-such-host.invalid/", "cannot be resolved"),
    ],
)
def test_what_is_no_target_is_explained(url: str, problem: str) -> None:
    with pytest.raises(ProbeError, match=rf"^TARGET: .*{problem}") as caught:
        check_target(url, None)

    assert "secret" not in str(caught.value)


def test_everything_is_selected_unless_told_otherwise() -> None:
    assert select([], []).ids >= set(CATALOGUE)


def test_parts_groups_and_ids_are_selected_and_left_out() -> None:
    algorithms = {id_ for id_, defect in CATALOGUE.items() if defect.group == "algorithm"}

    chosen = select(["algorithm, signature-empty"], ["alg-none"])

    assert chosen.ids == algorithms - {"alg-none"} | {"signature-empty", *BASELINE_CHECKS}
    assert select(["baseline"], []).ids == set(BASELINE_CHECKS)
    assert select(["tokens"], []).ids >= set(CATALOGUE)
    assert not select(["keys"], []).ids & set(CATALOGUE)
    assert chosen.includes("signature-empty")


@pytest.mark.parametrize(
    ("name", "hint"), [("alg-nonee", "did you mean alg-none"), ("qqq", "token-issuer defects")]
)
@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_unknown_name_is_refused_with_what_is_near(option: str, name: str, hint: str) -> None:
    with pytest.raises(ProbeError, match=rf"{option}: .*'{name}'.*{hint}"):
        select([name] if option == "--only" else [], [name] if option == "--skip" else [])


def test_selection_of_nothing_is_refused() -> None:
    with pytest.raises(ProbeError, match="nothing to check"):
        select(["alg-none"], ["algorithm"])


def test_statuses_are_lists_of_numbers_and_ranges() -> None:
    assert parse_statuses("200-202, 302") == {200, 201, 202, 302}


@pytest.mark.parametrize("text", ["", "20", "600", "300-200", "200,", "abc", "200-", "-200"])
def test_wrong_statuses_are_explained(text: str) -> None:
    with pytest.raises(ValueError, match="expected statuses such as 401,403 or 400-499"):
        parse_statuses(text)
