# DEV-ONLY: never ship to production.
"""The forms of a page, and its error message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin


@dataclass(frozen=True, slots=True)
class Form:
    """A form.

    Attributes:
        method: `GET` or `POST`.
        action: The URL to which it is sent.
        fields: The values of its fields by name, as they are on the page.
    """

    method: str
    action: str
    fields: Mapping[str, str]


@dataclass(slots=True)
class PageContent:
    """The parts of a page that matter to a login.

    Attributes:
        forms: The forms.
        problem: The text with the role `alert`; empty without one.
    """

    forms: list[Form] = field(default_factory=list)
    problem: str = ""


def read_page(url: str, text: str) -> PageContent:
    """Read the page *text*, which was loaded from *url*."""
    parser = _Parser(url)
    parser.feed(text)
    parser.close()
    return PageContent(parser.forms, " ".join("".join(parser.alert).split()))


class _Parser(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.alert: list[str] = []
        self._url = url
        self._fields: dict[str, str] | None = None
        self._alert_tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values: dict[str, Any] = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = {}
            method = "POST" if values.get("method", "").lower() == "post" else "GET"
            url = urljoin(self._url, values.get("action", ""))
            self.forms.append(Form(method, url, self._fields))
        elif tag == "input" and self._fields is not None and "name" in values:
            self._fields[values["name"]] = values.get("value", "")
        elif values.get("role") == "alert":
            self._alert_tag = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == self._alert_tag:
            self._alert_tag = ""

    def handle_data(self, data: str) -> None:
        if self._alert_tag:
            self.alert.append(data)
