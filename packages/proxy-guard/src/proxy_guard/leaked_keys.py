"""Keys whose private half is public: test keys of standards, demo keys, product defaults.

The list is `data/leaked-keys.json` in this package and names the source of each key. Keys are
looked up by RFC 7638 thumbprint, never by kid.
"""

from __future__ import annotations

from proxy_guard.jwk import compute_thumbprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from proxy_guard.jwk import CanonicalKey

_FILE: Final = "data/leaked-keys.json"
_cache: Final[dict[str, bytes]] = {}


def find_leak(key: CanonicalKey) -> str | None:
    """Return where the private half of *key* is published.

    Returns:
        A printable clause with the key's name, source and thumbprint; None if the list does not
        contain the key.
    """
    thumbprint = compute_thumbprint(key)
    # Search the bytes first, since parsing them takes milliseconds.
    if f'"{thumbprint}"'.encode() not in read_leaked_keys():
        return None
    return _describe(_find_entry(thumbprint), thumbprint)


def read_leaked_keys() -> bytes:
    """Read the list as JSON in UTF-8 from the package folder or from a zip archive."""
    if _FILE not in _cache:
        path = __file__.removesuffix("leaked_keys.py") + _FILE
        _cache[_FILE] = _get_loader().get_data(path)
    return _cache[_FILE]


def _get_loader() -> Any:
    # The loader of this module also reads data files. Importing importlib.resources instead would
    # take longer than the whole check.
    return __spec__.loader


def _find_entry(thumbprint: str) -> dict[str, Any]:
    import json  # noqa: PLC0415  # imported only for a key that is refused

    entries: list[dict[str, Any]] = json.loads(read_leaked_keys())["keys"]
    return next(entry for entry in entries if entry["thumbprint"] == thumbprint)


def _describe(entry: dict[str, Any], thumbprint: str) -> str:
    first, *others = entry["sources"]
    more = f" and {len(others)} more" if others else ""
    return f"{entry['note']}, published in {first}{more} (thumbprint {thumbprint})"
