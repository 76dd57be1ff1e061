# DEV-ONLY: never ship to production.
"""The API reference of a running issuer, and the command lines that it shows, run in a shell."""

import html
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from tests import patient_http
from token_issuer.testing import RunningIssuer, run_token_issuer

pytestmark = pytest.mark.requirement("TI-13")

PATH: Final = "/console/api"
SECRET: Final = "correct-horse"
MAX_PAGE_BYTES: Final = 250_000
needs_curl: Final = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")

# The examples of logins and machines have no valid token, and the only key cannot be removed.
REJECTED: Final = {400, 401, 403}


@pytest.fixture(scope="module")
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer() as running:
        yield running


def read_page(url: str) -> str:
    response = patient_http.get(f"{url}{PATH}")
    assert response.status_code == 200
    return response.text


def read_document(url: str) -> dict[str, Any]:
    document: dict[str, Any] = patient_http.get(f"{url}/openapi.json").json()
    return document


def list_places(page: str) -> list[tuple[str, str]]:
    """Return the method and path of each operation of a page."""
    found = re.findall(r"<b>([A-Z]+)</b> <code>([^<]*)</code>", page)
    return [(method, html.unescape(path)) for method, path in found]


def find_commands(page: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r"<pre><code>(.*?)</code></pre>", page)]


def run_in_shell(command: str, environ: Mapping[str, str]) -> int:
    """Run a command line of curl, and return the status of the response."""
    result = subprocess.run(
        ["sh", "-c", f"{command} -sS -o /dev/null -w '%{{http_code}}'"],
        env={**environ, "TOKEN_ISSUER_ADMIN_TOKEN": SECRET, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return int(result.stdout)


def test_each_operation_is_there_once_with_each_of_its_paths(issuer: RunningIssuer) -> None:
    document, page = read_document(issuer.url), read_page(issuer.url)
    operations = {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }

    assert sorted(list_places(page)) == sorted(operations)
    for operation in operations.values():
        assert page.count(f'id="{operation["operationId"]}"') == 1


def test_links_within_the_page_lead_somewhere(issuer: RunningIssuer) -> None:
    document, page = read_document(issuer.url), read_page(issuer.url)
    ids = re.findall(r' id="([^"]*)"', page)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)
    assert {f"schema-{name}" for name in document["components"]["schemas"]} <= set(ids)


def test_page_is_small_and_complete(issuer: RunningIssuer) -> None:
    page = read_page(issuer.url)
    text = re.sub(r"<[^>]+>", " ", page).replace("If-None-Match", "")

    assert len(page.encode()) < MAX_PAGE_BYTES
    assert not re.search(r"\bNone\b(?! of)|\[object|\$ref|#/components|Raises:|&lt;|&amp;lt;", text)
    assert "<script" not in page
    assert "style=" not in page
    assert "application/x-www-form-urlencoded" in page


def test_page_is_marked_as_one_of_the_console(issuer: RunningIssuer) -> None:
    response = patient_http.get(f"{issuer.url}{PATH}")

    assert response.headers["x-dev-only"] == "token-issuer"
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "unsafe-inline" not in response.headers["content-security-policy"]
    assert '<header class="banner"><p><strong>DEV ONLY: token-issuer</strong>' in response.text


def test_operations_that_are_switched_off_are_missing() -> None:
    with run_token_issuer(admin=False) as running:
        page = read_page(running.url)

    places = list_places(page)
    assert ("POST", "/token") in places
    assert not [path for _, path in places if path.startswith("/admin")]


def test_page_of_a_named_issuer_has_its_path() -> None:
    with run_token_issuer(issuers={"staff": {}}) as running:
        url = f"{running.url}/staff"
        page = read_page(url)

        assert f"curl -d sub=alice {url}/token" in page
        links = {link for link in re.findall(r'href="([^#"]*)"', page) if link}
        assert {link.split("/")[1] for link in links} == {"staff"}
        for link in links:
            assert patient_http.get(f"{running.url}{link}").status_code in {200, 404}
        assert patient_http.get(f"{url}/openapi.json").status_code == 200


@needs_curl
def test_examples_work(clean_environ: dict[str, str]) -> None:
    with run_token_issuer() as running:  # they set the clock and faults, and remove what they add
        commands = find_commands(read_page(running.url))
        statuses = {command: run_in_shell(command, clean_environ) for command in commands}

    failed = {command: status for command, status in statuses.items() if status >= 300}
    assert {command: failed.pop(command) for command in list(failed) if "/admin/" in command} == {
        f"curl -X DELETE {running.url}/admin/keys/dev-key": 409,  # the only key
        f"curl -X DELETE {running.url}/admin/faults/1": 404,  # an earlier example has removed it
    }
    assert set(failed.values()) <= REJECTED, failed
    assert f"curl -d sub=alice {running.url}/token" not in failed


@needs_curl
def test_examples_for_the_admin_surface_name_the_secret(clean_environ: dict[str, str]) -> None:
    with run_token_issuer(admin_token=SECRET) as running:
        commands = find_commands(read_page(running.url))
        [command] = [each for each in commands if each.endswith("/admin/keys") and "-X" not in each]

        assert SECRET not in command
        assert run_in_shell(command, clean_environ) == 200
