# DEV-ONLY: never ship to production.
"""What the key documents tell caches: the headers that Google sends, and truthfully.

Spec: RFC 9111 §5.2.2, RFC 9110 §8.8.3, §13.1.2
"""

import math
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Final

VARY: Final = "Origin,X-Origin,Referer,Accept-Encoding"


def compute_max_age(now: datetime, change: datetime | None, max_age: timedelta) -> int:
    """Return for how many seconds a document may be cached.

    Time up to the next change is divided into windows of *max_age*, the last of which ends with the
    change: no cache that keeps its word holds a document beyond it, nor all of them the same one
    for long. Where no change is known it is *max_age*.
    """
    window_s = max_age.total_seconds()
    if change is None or window_s == 0:
        return int(window_s)
    left_s = max((change - now).total_seconds(), 0.0)
    windows_to_come = max(math.ceil(left_s / window_s) - 1, 0)
    return int(left_s - windows_to_come * window_s)


def build_cache_headers(now: datetime, max_age_s: int, etag: str) -> dict[str, str]:
    """Return the headers of a key document.

    Args:
        now: The time that the answer bears as its `Date`.
        max_age_s: For how long it may be cached. `Age` is 0, since each answer is made anew.
        etag: The document's entity tag.
    """
    try:
        expires = format_http_date(now + timedelta(seconds=max_age_s))
    except OverflowError:  # the clock has been turned to the end of all dates
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
    """Tell whether an `If-None-Match` names *etag*; weak tags compare like strong ones."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags


def format_http_date(moment: datetime) -> str:
    """Write a moment as HTTP has it, such as `Sun, 01 Mar 2026 12:00:00 GMT`."""
    return format_datetime(moment, usegmt=True)
