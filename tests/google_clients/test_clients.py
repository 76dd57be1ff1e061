"""Google's client libraries run unmodified against the issuer, under `token-issuer google`."""

from typing import Any, Final

import pytest

from tests.google_clients import installing
from tests.google_clients.catalogue import FLOWS, FOREIGN, LANGUAGES, Outcome
from tests.google_clients.conftest import Find
from tests.google_clients.measuring import list_failures, list_variables
from tests.google_clients.page import library_key
from tests.google_clients.published import Facts
from tests.google_clients.stack import (
    ACCOUNTS,
    AUDIENCE,
    FIREBASE_USER,
    IMPERSONATED,
    PROJECT,
    Stack,
)
from tests.machine import INSTALL_TIMEOUT_S, run
from tests.services import read_clean_environ

pytestmark = [
    pytest.mark.requirement("GO-5"),
    pytest.mark.timeout(2 * INSTALL_TIMEOUT_S),  # the first test of a language installs it
]

DEFAULT_CREDENTIALS: Final = """
import google.auth
from google.auth.transport.requests import Request
credentials, project = google.auth.default(["https://www.googleapis.com/auth/cloud-platform"])
credentials.refresh(Request())
print(credentials.token)
"""
CASES: Final = [
    pytest.param(name, library, flow, id=f"{name}: {library}: {flow}")
    for name, language in LANGUAGES.items()
    for library, flow in language.list_flows()
]


@pytest.mark.parametrize(("language", "library", "flow"), CASES)
def test_flow_ends_as_at_google(
    language: str, library: str, flow: str, find_results: Find, stack: Stack
) -> None:
    outcome = find_results(language)[library]["flows"][flow]

    if flow.startswith(FOREIGN):
        check_refusal(flow.removeprefix(FOREIGN), outcome)
    else:
        assert "result" in outcome, outcome["refused"]
        check_result(flow, outcome["result"], stack)


def check_refusal(flow: str, outcome: dict[str, Any]) -> None:
    """Check that the library or the issuer refused a foreign token or key, and said why."""
    assert "result" not in outcome
    assert all(part in outcome["refused"] for part in FLOWS[flow].refusal or ())


def check_result(flow: str, result: Any, stack: Stack) -> None:
    """Check that a result is what the flow promises, and that the issuer knows it."""
    match FLOWS[flow].outcome:
        case Outcome.CLAIMS:
            assert result["sub"]
            assert result["aud"] in {AUDIENCE, PROJECT}
        case Outcome.ACCESS_TOKEN:
            assert result.startswith("ya29.dev-only.")
            assert stack.read_token("access_token", result).get("email") == ACCOUNTS.get(flow)
        case Outcome.ID_TOKEN:
            claims = stack.read_token("id_token", result)
            assert (claims["aud"], claims["email"]) == (AUDIENCE, ACCOUNTS[flow])
        case Outcome.CUSTOM_TOKEN:
            assert stack.exchange_custom_token(result)["sub"] == FIREBASE_USER


@pytest.mark.parametrize("language", LANGUAGES)
def test_program_runs_the_flows_of_the_catalogue(language: str, find_results: Find) -> None:
    results = find_results(language)
    flows = [(library, flow) for library in results for flow in results[library]["flows"]]

    assert sorted(flows) == sorted(LANGUAGES[language].list_flows())


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_names_the_versions(language: str, find_results: Find, facts: Facts) -> None:
    versions = {
        library_key(language, library): record["version"]
        for library, record in find_results(language).items()
    }

    assert versions.items() <= facts.versions.items(), "run ci/google-clients.sh --write"


def test_page_names_the_variables(stack: Stack, facts: Facts) -> None:
    assert list_variables(stack) == facts.variables, "run ci/google-clients.sh --write"


@pytest.mark.parametrize("language", LANGUAGES)
def test_variables_that_the_page_calls_needed_suffice(
    language: str, find_results: Find, find_reduced_results: Find
) -> None:
    failures = list_failures(find_reduced_results(language))

    assert failures == list_failures(find_results(language)), "run ci/google-clients.sh --write"


def test_key_file_that_names_the_issuer_needs_no_proxy(find_results: Find, stack: Stack) -> None:
    find_results("Python")  # after the installation
    environ = {**read_clean_environ(), "GOOGLE_APPLICATION_CREDENTIALS": str(stack.key_file)}

    token = run(installing.PYTHON, "-c", DEFAULT_CREDENTIALS, environ=environ).strip()

    assert stack.read_token("access_token", token)["email"] == IMPERSONATED


def test_older_node_cannot_do_what_the_page_says(
    find_results: Find, stack: Stack, facts: Facts
) -> None:
    node = installing.find_older_node()
    if node is None:
        pytest.skip("this machine has no Node 20")
    find_results("Node")  # after the installation

    results = stack.run([node, installing.NODE_PROJECT / "client.mjs"])

    assert list_failures(results) == facts.older_node_failures
