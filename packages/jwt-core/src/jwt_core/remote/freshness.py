"""Freshness lifetime of an HTTP response.

Spec: RFC 9111 §4.2, §5.2.2
"""

import re
from collections.abc import Mapping
from typing import Final

_MAX_AGE_DIRECTIVE: Final = re.compile(r'(?:^|[\s,])max-age="?(\d+)"?(?=$|[\s,])')
_UNCACHEABLE_DIRECTIVE: Final = re.compile(r"(?:^|[\s,])no-(?:store|cache)(?=$|[\s,=])")
_MAX_DIGITS: Final = 10  # RFC 9111 §1.2.2: larger values than 2^31 need not be distinguished


def parse_lifetime(headers: Mapping[str, str]) -> float | None:
    """Return the remaining freshness lifetime that a response states, in seconds.

    Args:
        headers: Response headers, looked up by lower-case name.

    Returns:
        The shortest `max-age` minus `Age`; 0 for `no-store` and `no-cache`; None without any of
        these directives.
    """
    directives = headers.get("cache-control", "").lower()
    if _UNCACHEABLE_DIRECTIVE.search(directives):
        return 0
    ages = [_parse_seconds(text) for text in _MAX_AGE_DIRECTIVE.findall(directives)]
    if not ages:
        return None
    return max(min(ages) - _parse_seconds(headers.get("age", "")), 0)


def _parse_seconds(text: str) -> float:
    return float(text[:_MAX_DIGITS]) if text.isascii() and text.isdecimal() else 0
