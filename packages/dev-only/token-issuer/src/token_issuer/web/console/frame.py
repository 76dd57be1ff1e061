# DEV-ONLY: never ship to production.
"""The frame of the pages of the console that the server renders: the head and the banner."""

from typing import Final

from proxy_guard.dev_marks import PAGE_MARK, SERVICE_NAME

from token_issuer.markup import Markup, element
from token_issuer.paths import CONSOLE_PREFIX
from token_issuer.web.console.files import build_page
from token_issuer.web.response import RawResponse

_BANNER: Final = element(
    "header",
    element(
        "p",
        element("strong", f"DEV ONLY: {SERVICE_NAME}"),
        " signs any claims for anyone. Never use it in production.",
    ),
    class_="banner",
)


def render_frame(heading: str, base: str, top: Markup, main: Markup) -> RawResponse:
    """Render a page.

    Args:
        heading: The heading.
        base: The URL path below which the browser reaches the issuer.
        top: What follows the heading, above the main part.
        main: The main part, which has the id `main`.
    """
    files = f"{base}{CONSOLE_PREFIX}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Markup(PAGE_MARK),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{heading} (DEV ONLY)"),
        element("link", rel="icon", href=f"{files}/icon.svg"),
        element("link", rel="stylesheet", href=f"{files}/style.css"),
    )
    skip = element("a", "Skip to the content", class_="skip", href="#main")
    title = element("h1", heading, id="title")
    section = element("section", title, top, class_="top", aria_labelledby="title")
    body = element("body", skip, _BANNER, section, main)
    return build_page(f"<!doctype html>\n{element('html', head, body, lang='en')}\n")
