"""The console in a browser: its views, and what must hold for each of them."""

import json
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

import pytest

from tests.browser.browser import Browser
from tests.machine import ROOT

STATIC: Final = ROOT / "packages/dev-only/token-issuer/src/token_issuer/web/console/static"
INDEX: Final = (STATIC / "index.html").read_text(encoding="utf-8")
VIEWS: Final = tuple(re.findall(r'<a href="#(\w+)"', INDEX.partition("<nav")[2]))
"""The names of the views, in the order of the navigation."""

MAX_STEPS: Final = 200


@dataclass(frozen=True)
class Console:
    """The console of an issuer.

    Attributes:
        browser: The browser, with an empty page until a view is opened.
        url: The URL of the issuer.
    """

    browser: Browser
    url: str

    def open(self, view: str = "", **parameters: str) -> None:
        """Open a view by its address, the first one by default, and wait until it is shown."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        self.browser.goto(f"{self.url}/#{view}{query}" if view else f"{self.url}/")
        self.wait_for_view(view or VIEWS[0])

    def follow(self, view: str) -> None:
        """Click the link to a view, and wait until it is shown."""
        self.browser.click(f"nav >> a[href$='#{view}']")
        self.wait_for_view(view)

    def wait_for_view(self, view: str) -> None:
        self.browser.wait_for(f"main[data-view='{view}']")

    def press(self, name: str) -> None:
        """Click the button with a name, or with an `aria-label` that contains it."""
        self.browser.click(f"main >> role=button[name='{name}'i]")

    def tab_to(self, selector: str) -> None:
        """Press Tab until a control of the view has the focus.

        Args:
            selector: The control, in CSS.
        """
        if not self.browser.evaluate("document.activeElement.closest('main')"):
            self.browser.evaluate("document.querySelector('main').focus()")
        has_focus = f"document.activeElement.matches({json.dumps(selector)})"
        for _ in range(MAX_STEPS):
            if self.browser.evaluate(has_focus):
                return
            self.browser.press("Tab")
        pytest.fail(f"Tab does not reach {selector}")

    def wait_for_text(self, text: str, count: int = 1) -> None:
        """Wait until the view shows a text, at least *count* times."""
        shown = "document.querySelector('main').innerText"
        self.browser.wait_until(f"{shown}.split({json.dumps(text)}).length > {count}")

    def wait_for_banner(self, text: str) -> None:
        """Wait until the banner shows a text."""
        shown = "document.querySelector('header').innerText"
        self.browser.wait_until(f"{shown}.includes({json.dumps(text)})")

    def wait_for_next_read(self, path: str) -> None:
        """Wait until the page requests a path of the issuer once more."""
        name = json.dumps(f"{self.url}{path}")
        count = f"performance.getEntriesByName({name}).length"
        self.browser.wait_until(f"{count} > {self.browser.evaluate(count)}")

    def give_secret(self, secret: str) -> None:
        """Type the secret into the dialog that asks for it."""
        self.browser.fill("#secret input", secret)
        self.browser.press("Enter")

    @property
    def view(self) -> str | None:
        """The name of the view that is shown completely."""
        name = self.browser.evaluate("document.querySelector('main')?.dataset.view")
        return None if name is None else str(name)

    @property
    def banner(self) -> str:
        """The text of the banner: the dev mark, and what is out of the ordinary."""
        return self.browser.read("header")

    @property
    def text(self) -> str:
        """The visible text of the view."""
        return self.browser.read("main")

    def check(self, *ignored: str) -> None:
        """Check what must hold for each page of the console, whatever it shows.

        Args:
            ignored: Rules of axe that do not matter.
        """
        browser = self.browser
        browser.evaluate("scrollTo(0, 0)")  # axe cannot judge what the banner covers
        assert "DEV ONLY" in self.banner, self.banner
        assert browser.evaluate("document.querySelectorAll('h1').length") == 1
        assert self.overflow == 0, f"the page is {self.overflow} px wider than the window"
        broken, problems = browser.find_problems(*ignored), browser.problems
        assert broken == [], broken
        assert problems == [], problems
        foreign = [url for url in browser.requests if urlsplit(url).netloc != self.netloc]
        assert foreign == [], foreign

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.browser.evaluate(width))

    @property
    def netloc(self) -> str:
        return urlsplit(self.url).netloc
