# DEV-ONLY: never ship to production.
"""The frame of every page: header fields, style sheet and the banner."""

import base64
import hashlib
from typing import Final

from proxy_guard.dev_marks import SERVICE_NAME

from token_issuer.markup import Markup, element, join
from token_issuer.web.pages.stylesheet import STYLESHEET
from token_issuer.web.response import RawResponse, encode_fields

_MEDIA_TYPE: Final = "text/html; charset=utf-8"
_NOTHING: Final = Markup()
SUBMIT_SCRIPT: Final = "document.forms[0].submit()"


def _build_fields(policy: str, referrer: str) -> tuple[tuple[bytes, bytes], ...]:
    """Build the header fields of a page.

    The policy has no `form-action`: Chromium applies it to the redirects after a form, which lead
    to the client. There is no `Cross-Origin-Opener-Policy`: a client that logs in with a popup
    needs `window.opener`.
    """
    return encode_fields({
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; style-src {_hash(STYLESHEET)}{policy}; "
        "base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": referrer,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    })


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


_FIELDS: Final = _build_fields("", "no-referrer")
# With no-referrer the client would receive `Origin: null`, and could not know the issuer by it.
_SUBMITTING_FIELDS: Final = _build_fields(f"; script-src {_hash(SUBMIT_SCRIPT)}", "origin")
_HEAD: Final = join(
    element("meta", charset="utf-8"),
    element("meta", name="viewport", content="width=device-width, initial-scale=1"),
    element("style", Markup(STYLESHEET)),
)
_BANNER: Final = element(
    "header",
    element("p", element("strong", f"DEV ONLY: {SERVICE_NAME}")),
    element("p", "This is not a real login. Anyone can log in as anyone, without a password."),
    class_="banner",
)


def render_page(
    heading: str,
    introduction: Markup,
    *actions: Markup,
    details: Markup = _NOTHING,
    status: int = 200,
    is_submitting: bool = False,
) -> RawResponse:
    """Render a page.

    Args:
        heading: The heading, which is also the title.
        introduction: The text below the heading.
        actions: Forms and buttons; on a wide screen beside the text.
        details: More text; at the end on a narrow screen.
        status: The status of the response.
        is_submitting: Whether a script submits the form of the page.
    """
    card = element(
        "main",
        element("div", element("h1", heading), introduction, class_="about"),
        element("div", *actions, class_="actions") if actions else "",
        element("div", details, class_="details") if details else "",
        class_="card",
    )
    script = element("script", Markup(SUBMIT_SCRIPT)) if is_submitting else ""
    page = element(
        "html",
        element("head", _HEAD, element("title", f"{heading} (DEV ONLY)")),
        element("body", _BANNER, card, script),
        lang="en",
    )
    body = f"<!doctype html>\n{page}\n".encode()
    fields = _SUBMITTING_FIELDS if is_submitting else _FIELDS
    return RawResponse.build(body, _MEDIA_TYPE, fields, status=status)
