"""Chromium without a window, for applications that log in by script.

It is driven by `node/chromium.mjs`. Its actions are `forget`, `open` with a URL and `click` with a
selector; the result of the latter two describes the page to which the action led:
`{"url": …, "status": …, "visited": [URL, …], "text": …}`.
"""

from pathlib import Path
from typing import Final

import httpx

from tests.chromium import Driver
from tests.login_clients.browser import Browser, Form

DRIVER: Final = Path(__file__).parent / "node/chromium.mjs"


class Chromium(Driver):
    """A running Chromium, with the methods of `Browser`.

    Attributes:
        visited: The URL of each page since the last call of `open` or `submit`, redirects included.
    """

    def __init__(self) -> None:
        super().__init__(DRIVER)
        self.visited: list[httpx.URL] = []

    def forget(self) -> None:
        """Forget cookies and what else the pages have stored."""
        self.act("forget")

    def open(self, url: str) -> httpx.Response:
        """Load a URL, follow redirects, also by script, and return the page at the end."""
        return self._leave("open", url)

    def submit(self, page: httpx.Response, form: Form, **fields: str) -> httpx.Response:
        """Press the button that sends *fields*, and return the page at the end."""
        del page, form  # Chromium shows them
        ((name, value),) = fields.items()
        return self._leave("click", f'button[name="{name}"][value="{value}"]')

    def _leave(self, action: str, argument: str) -> httpx.Response:
        page = self.act(action, argument)
        self.visited = [httpx.URL(url) for url in page["visited"]]
        request = httpx.Request("GET", page["url"])
        return httpx.Response(page["status"], text=page["text"], request=request)


AnyBrowser = Browser | Chromium
