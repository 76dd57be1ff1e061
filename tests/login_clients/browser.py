"""A browser for login tests: cookies, redirects and forms, over HTTP, without script."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Final, Self

import httpx

from tests import patient_http

MAX_REDIRECTS: Final = 15


@dataclass
class Form:
    """A form of a page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").upper()))
        elif tag == "input" and values.get("type") == "hidden" and self.forms:
            self.forms[-1].fields[values["name"]] = values.get("value", "")


def find_form(page: httpx.Response, name: str) -> Form | None:
    """Return the form of *page* with the hidden field *name*; None if there is none."""
    parser = _FormParser()
    parser.feed(page.text)
    return next((form for form in parser.forms if name in form.fields), None)


class Browser:
    """A browser with a cookie jar.

    Attributes:
        visited: The URL of each request since the last call of `open` or `submit`.
    """

    def __init__(self) -> None:
        self._http = patient_http.Client()
        self.visited: list[httpx.URL] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def open(self, url: str) -> httpx.Response:
        """Load a URL, follow redirects, and return the page at the end."""
        return self._load(self._http.build_request("GET", url))

    def submit(self, page: httpx.Response, form: Form, **fields: str) -> httpx.Response:
        """Submit a form of *page* with more *fields*, and return the page at the end."""
        data = form.fields | fields
        url = page.url.join(form.action)
        return self._load(self._http.build_request(form.method, url, data=data))

    def _load(self, request: httpx.Request) -> httpx.Response:
        self.visited = []
        for _ in range(MAX_REDIRECTS):
            self.visited.append(request.url)
            page = self._http.send(request)
            if page.next_request is None:
                return page
            request = page.next_request
        message = f"more than {MAX_REDIRECTS} redirects: {self.visited}"
        raise AssertionError(message)
