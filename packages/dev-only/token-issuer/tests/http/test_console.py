# DEV-ONLY: never ship to production.
"""The page of the console and its files, as a browser gets them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import httpx
import pytest
import token_issuer.web.console

pytestmark = pytest.mark.requirement("TI-13")

STATIC: Final = Path(str(token_issuer.web.console.__file__)).with_name("static")
FILES: Final = sorted(str(path.relative_to(STATIC)) for path in STATIC.rglob("*.*"))
CHROMIUM: Final = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text in scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is not None:  # the parser is inside of a script or a style
            self.inline += data

    def list_urls(self) -> Iterator[str]:
        """List what the browser loads with the page."""
        for tag, attributes in self.elements:
            for name in ("src", "href") if tag != "a" else ():
                yield from filter(None, [attributes.get(name)])


def test_page_has_the_headers_that_protect_it(http: httpx.Client) -> None:
    response = http.get("/", headers=CHROMIUM)

    assert response.status_code == 200
    assert {name: value for name, value in response.headers.items() if name != "date"} == {
        "cache-control": "no-store",
        "content-length": str(len(response.content)),
        "content-security-policy": POLICY,
        "content-type": "text/html; charset=utf-8",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "vary": "Accept",
        "x-content-type-options": "nosniff",
        "x-dev-only": "token-issuer",
        "x-frame-options": "DENY",
    }


def test_page_has_a_banner_and_nothing_that_its_policy_forbids(http: httpx.Client) -> None:
    page = http.get("/", headers=CHROMIUM).text
    parsed = Elements(page)

    assert re.search(r'<header class="banner">\s*<p><strong>DEV ONLY: token-issuer</strong>', page)
    assert "Never use it in production." in page
    assert "{{" not in page
    assert parsed.inline == ""
    assert "style" not in {tag for tag, _ in parsed.elements}
    names = {name for _, attributes in parsed.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")} | {"style"} & names
    urls = list(parsed.list_urls())
    assert "/console/style.css" in urls
    assert [http.get(url).status_code for url in urls] == [200] * len(urls)


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/html;q=0", "text/plain"])
def test_other_clients_find_no_page(http: httpx.Client, accept: str | None) -> None:
    response = http.get("/", headers={} if accept is None else {"Accept": accept})

    assert response.status_code == 404
    assert response.headers["metadata-flavor"] == "Google"
    assert response.headers["content-type"] == "application/problem+json"


def test_client_of_the_metadata_server_finds_it(http: httpx.Client) -> None:
    response = http.get("/", headers={**CHROMIUM, "Metadata-Flavor": "Google"})

    assert (response.status_code, response.text) == (200, "computeMetadata/\n")


def test_head_has_the_headers_of_the_page(http: httpx.Client) -> None:
    head, page = (http.request(method, "/", headers=CHROMIUM) for method in ("HEAD", "GET"))

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == page.headers["content-length"]


def test_page_is_only_for_get(http: httpx.Client) -> None:
    response = http.post("/", headers=CHROMIUM)

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("name", [name for name in FILES if name != "index.html"])
def test_file_is_served_as_what_it_is(http: httpx.Client, name: str) -> None:
    response = http.get(f"/console/{name}")
    types = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}

    assert response.status_code == 200
    assert response.content == (STATIC / name).read_bytes()
    expected = types.get(name.rpartition(".")[2], "image/svg+xml")
    assert response.headers["content-type"] == expected
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-dev-only"] == "token-issuer"


@pytest.mark.parametrize(
    "name",
    [
        "no-such-file.js",
        "nosuchfile.js",
        "index.html",
        "static/main.js",
        "views",
        "..",
        "../files.py",
        "%2e%2e/files.py",
        "..%2ffiles.py",
        "%2e/main.js",
        "views/%2e%2e/main.js",
        "x/y/main.js",
        "MAIN.js",
        "main.js%00",
        "main.js%0a",
        "main.js.map",
        "%2fetc/passwd",
    ],
)
def test_other_names_are_not_found(http: httpx.Client, name: str) -> None:
    response = http.get(f"/console/{name}")

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-dev-only"] == "token-issuer"


@pytest.mark.parametrize("origin", ["https://evil.test", "http://localhost:3000", "null"])
@pytest.mark.parametrize("path", ["/", "/console/main.js"])
def test_pages_of_other_sites_cannot_read_the_console(
    http: httpx.Client, path: str, origin: str
) -> None:
    asked = {**CHROMIUM, "Origin": origin}
    preflight = {**asked, "Access-Control-Request-Method": "GET"}
    responses = [http.get(path, headers=asked), http.options(path, headers=preflight)]

    for response in responses:
        assert not [name for name in response.headers if name.startswith("access-control-")]
