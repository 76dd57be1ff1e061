# DEV-ONLY: never ship to production.
"""Cache headers of the key documents: those that Google sends, limited by the next key change.

Spec: RFC 9111 §5.2.2, RFC 9110 §8.8.3, §13.1.2
"""

import math
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Final

VARY: Final = "Origin,X-Origin,Referer,Accept-Encoding"


def compute_max_age(now: datetime, change: datetime | None, limit: timedelta) -> int:
    """Return the time for which a document may be cached, in seconds.

    The time before *change* is divided into windows of *limit*; the last window ends with the
    change. The document may be cached until the end of the current window, so no compliant cache
    keeps it past the change, and caches that fetched it at different times expire together.

    Args:
        now: The current time.
        change: Time of the next change of the document. If it is None (unknown), the result is
            *limit*.
        limit: The maximum.
    """
    window_s = limit.total_seconds()
    if change is None or window_s == 0:
        return int(window_s)
    left_s = max((change - now).total_seconds(), 0.0)
    windows_to_come = max(math.ceil(left_s / window_s) - 1, 0)
    return int(left_s - windows_to_come * window_s)


def build_cache_headers(now: datetime, max_age_s: int, etag: str) -> dict[str, str]:
    """Return the header fields of a response with a key document.

    Args:
        now: The `Date` of the response.
        max_age_s: How long the document may be cached, in seconds. `Age` is always 0.
        etag: The document's entity tag.
    """
    try:
        expires = format_http_date(now + timedelta(seconds=max_age_s))
    except OverflowError:  # the clock is set to the last year that Python can represent
        expires = format_http_date(now)
    return {
        "Cache-Control": f"public, max-age={max_age_s}, must-revalidate, no-transform",
        "Expires": expires,
        "Age": "0",
        "ETag": etag,
        "Vary": VARY,
        "X-Content-Type-Options": "nosniff",
    }


def matches_etag(if_none_match: str, etag: str) -> bool:
    """Tell whether *if_none_match* lists *etag*, as a strong or a weak entity tag."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags


def format_http_date(time: datetime) -> str:
    """Format a time for an HTTP header, such as `Sun, 01 Mar 2026 12:00:00 GMT`."""
    return format_datetime(time, usegmt=True)
