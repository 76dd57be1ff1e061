# DEV-ONLY: never ship to production.
"""Selection of a media type by the `Accept` header, and of pages for browsers.

Litestar's own matcher selects a type with `q=0`, and raises an exception on `q=inf`.

Spec: RFC 9110 §12.5.1
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from token_issuer.media_types import HTML_TYPE, JSON_TYPE
from token_issuer.web.request import Request

_PAGE_OFFERS: Final = (JSON_TYPE, HTML_TYPE)
"""The first one is for clients that accept anything."""
_FLAVOR_FIELD: Final = b"metadata-flavor"
_QUALITY: Final = re.compile(r"(0(\.[0-9]{0,3})?|1(\.0{0,3})?)")


@lru_cache(maxsize=32)  # most clients send the same value with each request
def choose_media_type(accept: str, offers: tuple[str, ...]) -> str:
    """Return the offer that *accept* prefers; the first offer if it accepts none."""
    ranges = [_parse_range(item) for item in accept.split(",") if item.strip()]
    rated = [(_rate(offer, ranges), -index) for index, offer in enumerate(offers)]
    best = max(rated, default=(0.0, 0))
    return offers[-best[1]] if best[0] > 0 else offers[0]


def prefers_page(request: Request) -> bool:
    """Tell whether the client is a browser: it prefers HTML, and seeks no metadata server."""
    if request.get_field(_FLAVOR_FIELD):
        return False
    accept = request.join_field(b"accept")
    return choose_media_type(accept, _PAGE_OFFERS) == HTML_TYPE


def _parse_range(item: str) -> tuple[str, float]:
    media_range, *parameters = (part.strip().lower() for part in item.split(";"))
    quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
    return media_range, float(quality) if _QUALITY.fullmatch(quality) else 0.0


def _rate(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return the quality of the most specific media range that includes *offer*."""
    main_type = offer.partition("/")[0]
    for media_range in (offer, f"{main_type}/*", "*/*"):
        qualities = [quality for name, quality in ranges if name == media_range]
        if qualities:
            return max(qualities)
    return 0.0
