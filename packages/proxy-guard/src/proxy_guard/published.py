"""Keys whose private half is public: test keys of standards, demo keys, defaults of products.

The list is data of this package, see `data/published-keys.json` and the notes in it. A key is
looked up by its RFC 7638 thumbprint, never by its kid.
"""

from __future__ import annotations

from proxy_guard.jwk import compute_thumbprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from proxy_guard.jwk import CanonicalKey

_FILE: Final = "data/published-keys.json"
_cache: Final[dict[str, bytes]] = {}


def find_publication(key: CanonicalKey) -> str | None:
    """Tell where the private half of *key* is published.

    Returns:
        What the key is, the place, and its thumbprint, fit to be printed; None for all other keys.
    """
    thumbprint = compute_thumbprint(key)
    # The bytes are searched first: parsing would cost each clean start some milliseconds.
    if f'"{thumbprint}"'.encode() not in read_list():
        return None
    return _describe(_find_entry(thumbprint), thumbprint)


def read_list() -> bytes:
    """Return the list as it is shipped, JSON in UTF-8; also from inside a zip archive."""
    if _FILE not in _cache:
        path = __file__.removesuffix("published.py") + _FILE
        _cache[_FILE] = _get_loader().get_data(path)
    return _cache[_FILE]


def _get_loader() -> Any:
    # What imported this module can read what lies beside it; importlib.resources can do the same,
    # but takes longer than the whole check.
    return __spec__.loader


def _find_entry(thumbprint: str) -> dict[str, Any]:
    import json  # noqa: PLC0415  # only for a key that is refused

    entries: list[dict[str, Any]] = json.loads(read_list())["keys"]
    return next(entry for entry in entries if entry["thumbprint"] == thumbprint)


def _describe(entry: dict[str, Any], thumbprint: str) -> str:
    first, *others = entry["sources"]
    more = f" and {len(others)} more" if others else ""
    return f"{entry['note']}, published in {first}{more} (thumbprint {thumbprint})"
