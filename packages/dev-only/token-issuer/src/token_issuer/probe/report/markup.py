# DEV-ONLY: never ship to production.
"""Elements of XML and HTML: text can get into markup only through escaping."""

import re
from typing import Final

from token_issuer.probe.report.wording import make_visible

# Attributes stand in double quotes. No html.escape and no xml.sax.saxutils: the image lacks
# html.entities and xml.
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_CODE: Final = re.compile("`([^`\n]+)`")
_LINE_FEED: Final = str.maketrans({"\n": "&#10;"})


class Markup(str):
    """Text that is markup already; all other text is escaped."""

    __slots__ = ()


def element(tag: str, /, *children: str, **attributes: str) -> Markup:
    """Write an element with its end tag.

    Args:
        tag: The name of the element, trusted.
        children: Markup stays, other text is made visible and escaped.
        attributes: By name, trusted: `class_` is `class`, `aria_hidden` is `aria-hidden`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value).translate(_LINE_FEED)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{tag}{written}>{join(*children)}</{tag}>")


def join(*children: str) -> Markup:
    """Put markup and text in a row."""
    return Markup("".join(map(escape, children)))


def escape(text: str) -> Markup:
    """Turn text into markup; markup stays."""
    if isinstance(text, Markup):
        return text
    return Markup(make_visible(text).translate(_ESCAPES))


def mark_code(text: str) -> Markup:
    """Turn a text of the catalogue into markup: what stands between backticks is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", escape(text)))
