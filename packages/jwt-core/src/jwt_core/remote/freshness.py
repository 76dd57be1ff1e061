"""How long an HTTP response stays fresh.

Spec: RFC 9111 §4.2, §5.2.2
"""

import re
from collections.abc import Mapping
from typing import Final

_MAX_AGE: Final = re.compile(r'(?:^|[\s,])max-age="?(\d+)"?(?=$|[\s,])')
_UNCACHEABLE: Final = re.compile(r"(?:^|[\s,])no-(?:store|cache)(?=$|[\s,=])")
_DIGITS: Final = 10  # RFC 9111 §1.2.2: no need to tell ages beyond 2^31 apart


def parse_lifetime(headers: Mapping[str, str]) -> float | None:
    """Return the remaining lifetime in seconds that a response states for itself.

    Args:
        headers: Response headers, looked up by lower-case name.

    Returns:
        `max-age` less `Age`; 0 for `no-store` and `no-cache`; None where nothing is stated.
        Of several `max-age` the shortest counts.
    """
    directives = headers.get("cache-control", "").lower()
    if _UNCACHEABLE.search(directives):
        return 0
    ages = [_parse_seconds(text) for text in _MAX_AGE.findall(directives)]
    if not ages:
        return None
    return max(min(ages) - _parse_seconds(headers.get("age", "")), 0)


def _parse_seconds(text: str) -> float:
    return float(text[:_DIGITS]) if text.isascii() and text.isdecimal() else 0
