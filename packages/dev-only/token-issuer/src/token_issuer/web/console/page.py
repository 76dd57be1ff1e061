# DEV-ONLY: never ship to production.
"""The page of the console, in which the issuer fills in what it knows before any script runs."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from token_issuer.markup import Markup, element, escape, join
from token_issuer.web.console.files import build_page, read_file
from token_issuer.web.response import RawResponse

_PLACEHOLDER: Final = re.compile(r"\{\{(.*?)\}\}")


def render_console(values: Mapping[str, str]) -> RawResponse:
    """Return the page; *values* replace the placeholders of `index.html`, such as `{{base}}`.

    Raises:
        KeyError: a placeholder has no value.
    """
    page = read_file("index.html").decode()
    return build_page(_PLACEHOLDER.sub(lambda match: escape(values[match[1]]), page))


def render_links(issuers: Iterable[tuple[str, str]]) -> Markup:
    """Render links to the consoles of other *issuers*, by their names and URL paths; may be empty.

    >>> render_links([("staff", "/staff/")])
    ' · Other issuers: <a href="/staff/">staff</a>'
    """
    links = [element("a", name, href=path) for name, path in issuers]
    parts = [part for link in links for part in (", ", link)]
    return join(" · Other issuers: ", *parts[1:]) if links else Markup()
