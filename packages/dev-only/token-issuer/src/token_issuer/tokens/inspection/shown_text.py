# DEV-ONLY: never ship to production.
"""Text of a token that can be shown: of limited length, and encodable in UTF-8."""

import json
from typing import Any, Final

MAX_CHARACTERS: Final = 20_000
"""Longer than the header of the defect `kid-long`."""
_MAX_QUOTED_CHARACTERS: Final = 80


def shorten(text: str, limit: int = MAX_CHARACTERS) -> str:
    r"""Return the beginning of *text*, with escapes such as `\ud800` for lone surrogates."""
    shown = text if len(text) <= limit else f"{text[:limit]}…"
    return shown.encode("utf-8", "backslashreplace").decode()


def quote(value: Any) -> str:
    """Return the beginning of a JSON value, to be shown in a sentence."""
    try:
        return shorten(json.dumps(value), _MAX_QUOTED_CHARACTERS)
    except (TypeError, RecursionError):  # REPEATED is not a JSON value
        return "(unreadable)"
