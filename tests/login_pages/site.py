"""The pages of a login, each as a function that shows it in a browser."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from tests.browser.browser import Browser

MARKUP: Final = "<img/src=x/onerror=alert(1)>"


@dataclass(frozen=True)
class Site:
    """A browser, issuers, and a client that shows the requests that it receives.

    Attributes:
        browser: The browser.
        issuer_url: The URL of an issuer with the users alice, bob and carol.
        crowded_url: The URL of an issuer with more users than fit on a page.
        client_url: The URL of the client.
    """

    browser: Browser
    issuer_url: str
    crowded_url: str
    client_url: str

    @property
    def issuer_urls(self) -> set[str]:
        """The URLs of the issuers."""
        return {self.issuer_url, self.crowded_url}

    def begin_login(self, **parameters: str) -> None:
        """Send the browser to the issuer, as the client does."""
        self._begin_login(self.issuer_url, parameters)

    def begin_crowded_login(self) -> None:
        self._begin_login(self.crowded_url, {})

    def begin_posting_login(self) -> None:
        """Choose a user, and stay on the page that posts the response of the issuer."""
        self.browser.hold_forms()
        self.begin_login(response_mode="form_post")
        self.browser.leave_by_click("text=Alice")

    def send_name(self, name: str) -> None:
        """Type the name of another account."""
        self.begin_login()
        self.browser.click("summary")
        self.browser.click("#name")
        self.browser.type(name)
        self.browser.leave_by_key("Enter")

    def begin_device_login(self, code: str | None = None) -> dict[str, Any]:
        """Type the code of a device, and return all codes of the device."""
        scope = {"client_id": "tv", "scope": "openid"}
        answer = httpx.post(f"{self.issuer_url}/device/code", data=scope, trust_env=False)
        assert answer.is_success, answer.text
        codes: dict[str, Any] = answer.json()
        self.browser.goto(f"{self.issuer_url}/device")
        self.browser.type_into_focused("user_code", code or codes["user_code"])
        self.browser.leave_by_key("Enter")
        return codes

    def decide_about_device(self, button: str) -> None:
        self.begin_device_login()
        self.browser.leave_by_click(f"text={button}")

    def send_expired_page(self) -> None:
        self.begin_login()
        self.browser.evaluate("document.querySelector('[name=interaction]').value = 'x'")
        self.browser.leave_by_click("text=Alice")

    def list_defects(self) -> None:
        self.begin_login(prompt="login")
        self.browser.leave_by_click("text=Log in with a defect")

    def choose_defect(self, id_: str) -> None:
        self.list_defects()
        self.browser.evaluate(f"document.querySelector('#defect').value = '{id_}'")
        self.browser.leave_by_click("button.primary")

    def read_response(self) -> Mapping[str, str]:
        """Return the parameters that the client has received, in the query string or in a form."""
        assert self.browser.url.startswith(self.client_url), self.browser.text
        received = json.loads(self.browser.text)
        pairs = parse_qs(received["body"] or urlsplit(received["target"]).query)
        return {name: "|".join(values) for name, values in pairs.items()}

    def _begin_login(self, issuer_url: str, parameters: Mapping[str, str]) -> None:
        request = {
            "client_id": "app", "redirect_uri": f"{self.client_url}/callback",
            "response_type": "code", "scope": "openid email groups", "state": "s-1", **parameters,
        }  # fmt: skip
        self.browser.goto(f"{issuer_url}/authorize?{urlencode(request)}")


PAGES: Final[Mapping[str, Callable[[Site], object]]] = {
    "chooser": Site.begin_login,
    "expected user": lambda site: site.begin_login(
        login_hint="robert@corp.test", prompt="select_account"
    ),
    "markup": lambda site: site.begin_login(client_id=MARKUP, login_hint=MARKUP, scope=MARKUP),
    "many users": Site.begin_crowded_login,
    "rejected name": lambda site: site.send_name("no name"),
    "device chooser": Site.begin_device_login,
    "user code": lambda site: site.browser.goto(f"{site.issuer_url}/device"),
    "rejected code": lambda site: site.begin_device_login("BCDF-BCDF"),
    "approved": lambda site: site.decide_about_device("Alice"),
    "denied": lambda site: site.decide_about_device("Cancel"),
    "logged out": lambda site: site.browser.goto(f"{site.issuer_url}/logout"),
    "error": lambda site: site.begin_login(redirect_uri="https://app.example.com/callback"),
    "expired": Site.send_expired_page,
    "form_post": Site.begin_posting_login,
    "defects": Site.list_defects,
    "chosen defect": lambda site: site.choose_defect("nonce-wrong"),
}
