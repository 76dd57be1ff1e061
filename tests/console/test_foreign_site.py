"""Pages of other sites in the same browser: they can neither read the console nor use it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest

from tests.browser.browser import Browser
from tests.console.conftest import SECRET
from tests.services import Service, Start

pytestmark = pytest.mark.requirement("TI-13")

PATHS: Final = ("/", "/console/main.js", "/console/api", "/admin/keys", "/admin/requests")
CHANGES: Final = (
    ("POST", "/admin/keys/rotate", {"mode": "emergency"}),
    ("PUT", "/admin/clock", {"offset": "8d"}),
    ("PUT", "/admin/faults", {"faults": [{"kind": "status"}]}),
    ("POST", "/admin/logins", {"user": "mallory"}),
    ("DELETE", "/admin/requests", None),
)
STATE: Final = ("/admin/keys", "/admin/faults", "/admin/logins")
# The text of a response, or how it failed.
FETCH: Final = """fetch(URL, OPTIONS).then(
  async (response) => [response.type, response.status, await response.text()],
  (error) => ["failed", 0, `${error}`],
)"""
FRAME: Final = """new Promise((resolve) => {
  const frame = document.createElement("iframe");
  frame.onload = resolve;
  frame.src = URL;
  document.body.append(frame);
})"""
SCRIPT: Final = """new Promise((resolve) => {
  const script = document.createElement("script");
  script.type = "module";
  script.onload = () => resolve("loaded");
  script.onerror = () => resolve("failed");
  script.src = URL;
  document.body.append(script);
})"""
SEND_FORM: Final = """(() => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", enctype: "text/plain", action: URL });
  form.append(Object.assign(document.createElement("input"), { name: TEXT, value: "" }));
  document.body.append(form);
  form.submit();
})()"""


@dataclass(frozen=True)
class Visitor:
    """A browser that shows a page of another site, and an issuer that the page attacks."""

    browser: Browser
    issuer: Service

    def fetch(self, url: str, **options: object) -> tuple[str, int, str]:
        """Return the type, the status and the text that a script of the page gets to see."""
        kind, status, text = self.evaluate(FETCH, URL=url, OPTIONS=options)
        return str(kind), int(status), str(text)

    def evaluate(self, script: str, **values: object) -> Any:
        for name, value in values.items():
            script = script.replace(name, json.dumps(value))
        return self.browser.evaluate(script)

    @property
    def rebound_url(self) -> str:
        """The issuer under a name of the attacker that resolves to its address."""
        return f"http://evil.test:{urlsplit(self.issuer.url).port}"

    def read_state(self) -> Mapping[str, Any]:
        """Return what the requests of the page must not change."""
        with httpx.Client(base_url=self.issuer.url, trust_env=False, timeout=60) as client:
            client.headers["Authorization"] = f"Bearer {SECRET}"
            state = {path: client.get(path).json() for path in STATE}
            state["/admin/keys"] = [key["kid"] for key in state["/admin/keys"]["keys"]]
            offset_s = client.get("/admin/clock").json()["offset_s"]
            logged = client.get("/admin/requests?path=/health").json()["requests"]
        return {**state, "offset_s": round(offset_s), "logged": len(logged)}


@pytest.fixture(scope="module", params=["open", "secret"])
def attacked_issuer(request: pytest.FixtureRequest, start_shared_issuer: Start) -> Service:
    """Start an issuer with an admin surface, without a secret and with one."""
    environ = {"TOKEN_ISSUER_ADMIN_TOKEN": SECRET} if request.param == "secret" else {}
    issuer = start_shared_issuer(**environ)
    assert httpx.get(f"{issuer.url}/health", trust_env=False).is_success
    return issuer


@pytest.fixture
def visitor(chromium: Browser, attacked_issuer: Service, upstream_url: str) -> Visitor:
    chromium.reset()
    chromium.goto(f"http://evil.test:{urlsplit(upstream_url).port}/")
    assert "evil.test" in chromium.text  # the page shows the request for it
    return Visitor(chromium, attacked_issuer)


@pytest.mark.parametrize("path", PATHS)
def test_foreign_page_cannot_read(visitor: Visitor, path: str) -> None:
    url = f"{visitor.issuer.url}{path}"
    for mode in ("cors", "no-cors"):
        kind, status, text = visitor.fetch(url, mode=mode)
        assert (kind, status) in {("failed", 0), ("opaque", 0)}, text
        assert text in {"", "TypeError: Failed to fetch"}


@pytest.mark.parametrize("path", ["/console/main.js", "/console/style.css"])
def test_foreign_page_cannot_run_a_file(visitor: Visitor, path: str) -> None:
    assert visitor.evaluate(SCRIPT, URL=f"{visitor.issuer.url}{path}") == "failed"


@pytest.mark.parametrize("path", ["/", "/console/api"])
def test_foreign_page_cannot_frame(visitor: Visitor, path: str) -> None:
    visitor.evaluate(FRAME, URL=f"{visitor.issuer.url}{path}")

    assert visitor.browser.frame_urls[1:] == ["chrome-error://chromewebdata/"]


@pytest.mark.parametrize("path", ["/", "/console/api"])
def test_foreign_page_loses_the_window_that_it_opens(visitor: Visitor, path: str) -> None:
    assert not visitor.browser.keeps_opener(f"{visitor.issuer.url}{path}")


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_foreign_page_cannot_change(
    visitor: Visitor, method: str, path: str, body: Mapping[str, Any] | None
) -> None:
    before, text = visitor.read_state(), body and json.dumps(body)
    url, simple = f"{visitor.issuer.url}{path}", {"Content-Type": "text/plain"}
    json_type = {"Content-Type": "application/json"}
    visitor.fetch(url, method=method, body=text, headers=json_type)
    visitor.fetch(url, method="POST", body=text, headers=simple, mode="no-cors")
    visitor.fetch(url, method="POST", body=text, headers=simple, credentials="include")
    visitor.evaluate(SEND_FORM, URL=url, TEXT=text or "")
    visitor.browser.wait_for_url(url)

    assert visitor.read_state() == before


@pytest.mark.parametrize(("method", "path", "body"), [("GET", "/admin/keys", None), *CHANGES])
def test_rebound_page_reaches_no_control(
    visitor: Visitor, method: str, path: str, body: Mapping[str, Any] | None
) -> None:
    before = visitor.read_state()
    visitor.browser.goto(f"{visitor.rebound_url}/openapi.json")
    text, headers = body and json.dumps(body), {"Content-Type": "application/json"}
    kind, status, answer = visitor.fetch(path, method=method, body=text, headers=headers)

    assert kind == "basic"
    assert status in {401, 403}
    assert json.loads(answer)["status"] == status
    assert visitor.read_state() == before


def test_rebound_page_has_no_script(chromium: Browser, issuer: Service) -> None:
    chromium.reset()
    chromium.goto(f"{Visitor(chromium, issuer).rebound_url}/")

    assert chromium.evaluate("document.scripts.length") == 0
    assert "TOKEN_ISSUER_ADMIN_HOSTS" in chromium.text
    assert not any("/admin" in url for url in chromium.requests)
