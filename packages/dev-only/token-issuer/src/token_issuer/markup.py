# DEV-ONLY: never ship to production.
"""XML and HTML elements with escaped text."""

import re
from typing import Final

from token_issuer.visible_text import make_visible

# Attributes are in double quotes. html.escape and xml.sax.saxutils are not used: html imports the
# long html.entities, which only a login probe needs, and the image lacks xml.
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_CODE: Final = re.compile("`([^`\n]+)`")
_ATTRIBUTE_ESCAPES: Final = str.maketrans({"\n": "&#10;"})
_EXACT_ESCAPES: Final = {**_ESCAPES, **str.maketrans({"\r": "&#13;"})}
_VOID_TAGS: Final = frozenset({"input", "link", "meta"})


class Markup(str):
    """Markup, which `element` and `join` do not escape again."""

    __slots__ = ()


def element(tag: str, /, *children: str, **attributes: str) -> Markup:
    """Render an element with its end tag, unless HTML forbids that.

    Args:
        tag: The name of the element; must be trusted.
        children: Content; text that is not `Markup` is made visible and escaped.
        attributes: Attributes by name; names must be trusted: `class_` is `class`, `aria_hidden`
            is `aria-hidden`.
    """
    rendered = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value).translate(_ATTRIBUTE_ESCAPES)}"'
        for key, value in attributes.items()
    )
    if tag in _VOID_TAGS:
        return Markup(f"<{tag}{rendered}>")
    return Markup(f"<{tag}{rendered}>{join(*children)}</{tag}>")


def join(*children: str) -> Markup:
    """Concatenate markup and text."""
    return Markup("".join(map(escape, children)))


def escape(text: str) -> Markup:
    """Return text as markup; return markup unchanged."""
    if isinstance(text, Markup):
        return text
    return Markup(make_visible(text).translate(_ESCAPES))


def escape_exactly(text: str) -> Markup:
    """Return text as markup that a browser reads back unchanged, for the value of a form field.

    No markup stands for U+0000, and forms send each line break as CR LF.
    """
    return Markup(text.translate(_EXACT_ESCAPES))


def mark_code(text: str) -> Markup:
    """Return text as markup, with code elements for the text between backticks."""
    return Markup(_CODE.sub(r"<code>\1</code>", escape(text)))
