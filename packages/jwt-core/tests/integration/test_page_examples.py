"""The examples of the pages and docstrings run as they are written, against a JWKS."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jwt_core
import jwt_core.remote
import pytest
from jwt_core import (
    JwtError,
    KeySetUnavailableError,
    SigningKey,
    VerificationPolicy,
    compact,
    encode_public_pem,
    keys,
    sign,
    skipped_keys,
)
from jwt_core.remote import KeySetState, RemoteKeySet, refresher
from proxy_guard import GuardRefusedError
from proxy_guard.dev_marks import JWKS_MEMBER

if TYPE_CHECKING:
    from conftest import JwksServer

pytestmark = [pytest.mark.requirement("JC-2"), pytest.mark.requirement("JC-3")]

ROOT: Final = Path(__file__).parents[2]
ISSUER: Final = "https://id.example.com"
JWKS_URI: Final = f"{ISSUER}/jwks.json"
PUBLIC: Final = {
    name: value
    for module in (jwt_core, jwt_core.remote)
    for name in module.__all__
    if inspect.isclass(value := getattr(module, name)) or inspect.isfunction(value)
}
RETURNED: Final = {"VerifiedToken"}
"""Public classes that a caller never builds."""


def read_page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def read_blocks(name: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", read_page(name), re.MULTILINE | re.DOTALL)


def read_table(name: str, heading: str) -> list[list[str]]:
    section = read_page(name).partition(f"# {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)[1:]
    return [[cell.strip(" `") for cell in row.split("|")] for row in rows if row.strip("-| ")]


@pytest.fixture
def namespace(key: SigningKey, server: JwksServer) -> dict[str, Any]:
    """Names that the examples take as given; the server publishes the key of the token."""
    server.publish(key)
    claims = {"iss": ISSUER, "aud": "orders-api", "sub": "alice", "exp": time.time() + 300}
    return {
        "token": sign(claims, key),
        "public_pem": encode_public_pem(key).decode(),
        "keys": RemoteKeySet(server.uri),
        "policy": VerificationPolicy(issuer=ISSUER, audience="orders-api"),
    }


@pytest.mark.parametrize(
    ("page", "count", "results"),
    [
        ("README.md", 1, ["claims"]),
        ("docs/errors.md", 1, ["claims"]),
        ("docs/key-sets.md", 4, ["claims"]),
        ("docs/signing.md", 3, ["document", "public_key"]),
    ],
)
def test_examples_of_a_page_run_in_order(
    page: str, count: int, results: list[str], namespace: dict[str, Any], server: JwksServer
) -> None:
    blocks = read_blocks(page)
    assert len(blocks) == count

    exec("\n".join(blocks).replace(JWKS_URI, server.uri), namespace)  # noqa: S102  # our own page

    assert all(namespace[name] for name in results)
    assert namespace.get("claims", {"sub": "alice"})["sub"] == "alice"


def test_screening_example_rejects_a_document_of_the_simulator_in_production(
    server: JwksServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_ENV", "production")
    (example,) = [block for block in read_blocks("docs/key-sets.md") if "proxy_guard" in block]
    namespace: dict[str, Any] = {"RemoteKeySet": RemoteKeySet}
    exec(example.replace(JWKS_URI, server.uri), namespace)  # noqa: S102  # our own page
    server.answer(f'{{"keys": [], "{JWKS_MEMBER}": true}}'.encode())

    with pytest.raises(KeySetUnavailableError) as caught:
        namespace["keys"].prefetch()

    assert isinstance(caught.value.__cause__, GuardRefusedError)


MODULES: Final = sorted({value.__module__ for value in PUBLIC.values()})


@pytest.mark.parametrize("name", [name for name in MODULES if name != "jwt_core.errors"])
def test_examples_of_docstrings_run(
    name: str, namespace: dict[str, Any], server: JwksServer
) -> None:
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner()
    # Only the token and what to verify it with is given: each example imports what it uses.
    given = {"token": namespace["token"], "policy": namespace["policy"]}
    for test in doctest.DocTestFinder().find(module, globs=given):
        for example in test.examples:
            example.source = example.source.replace(JWKS_URI, server.uri)
        runner.run(test)

    assert not runner.failures


def test_public_entry_points_have_an_example() -> None:
    entry_points = {
        name: inspect.getdoc(value) or ""
        for name, value in PUBLIC.items()
        if not (inspect.isclass(value) and issubclass(value, JwtError))
    }
    without = {name for name, text in entry_points.items() if ">>>" not in text}

    assert without == RETURNED


def test_table_of_errors_lists_each_class_and_code() -> None:
    table = {row[0]: row[1] for row in read_table("docs/errors.md", "Errors")}
    errors = {
        name: value.code
        for name, value in PUBLIC.items()
        if inspect.isclass(value) and issubclass(value, JwtError)
    }

    assert table == errors


def test_tables_of_limits_are_the_defaults() -> None:
    table = {row[0]: row[1] for row in read_table("docs/limits.md", "Settings of `RemoteKeySet`")}
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(RemoteKeySet).parameters.items()
        if name in table or isinstance(parameter.default, timedelta)
    }

    assert {name: parse_quantity(text) for name, text in table.items()} == defaults
    policy = dict(
        row[:2] for row in read_table("docs/limits.md", "Settings of `VerificationPolicy`")
    )
    example = VerificationPolicy(issuer=ISSUER, audience="orders-api")
    assert policy["algorithms"] == ", ".join(example.algorithms)
    assert parse_quantity(policy["leeway"]) == example.leeway
    fixed = dict(row[:2] for row in read_table("docs/limits.md", "Fixed"))
    assert fixed["token"] == f"{compact.MAX_TOKEN_CHARACTERS} characters"
    assert f"{keys.RSA_KEY_BITS} bits" in fixed["RSA key"]
    assert f"{keys.MAX_RSA_KEY_BITS} bits" in fixed["RSA key"]
    assert str(keys.RSA_EXPONENT) in fixed["RSA key"]
    assert (
        fixed["wait of a caller for a fetch"] == f"{refresher.MAX_OVERRUN_S} s longer than `timeout"
    )
    skipped = fixed["skipped keys that the log or an error describes one by one"]
    assert skipped.startswith(f"{skipped_keys.MAX_REPORTED_KEYS} per document")


def test_table_of_states_lists_each_state() -> None:
    table = [row[0] for row in read_table("docs/key-sets.md", "Fetch and cache")]

    assert table == [state.name for state in KeySetState]


def parse_quantity(text: str) -> timedelta | int:
    number, unit = text.split()
    units = {"s": 1, "min": 60, "h": 3600}
    return int(number) * 1024 if unit == "KiB" else timedelta(seconds=int(number) * units[unit])
