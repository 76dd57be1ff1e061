"""Keys whose private half is public: test keys of standards, demo keys, product defaults.

The list is `data/leaked-keys.json` beside this module and names the source of each key. Keys are
looked up by RFC 7638 thumbprint, never by kid.
"""

from __future__ import annotations

from proxy_guard.search.curves import CURVES, negate
from proxy_guard.search.jwk import build_ec_key, compute_thumbprint, decode_base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

    from proxy_guard.search.jwk import CanonicalKey

MODULUS_SIZES: Final = (128, 256, 384, 512)
"""Sizes of the moduli in the list, in bytes."""

_MODULUS_LENGTHS: Final = frozenset(-(-size * 8 // 6) for size in MODULUS_SIZES)
_EXPONENTS: Final = ("AQAB", "Iw")
"""The exponents of the listed keys: 65537, and 35 of early OpenSSH. If the factors of the modulus
are known, so is the private key for any other exponent."""
_FILE: Final = "data/leaked-keys.json"
_THUMBPRINT_CHARS: Final = 43
_cache: Final[dict[str, bytes]] = {}
_thumbprints: Final[set[bytes]] = set()


def find_leak(key: CanonicalKey) -> str | None:
    """Return where the private half of *key* is published.

    A key with the modulus of a published key but another exponent, and the negative of a published
    point, are published too, since their private halves follow.

    Returns:
        A printable clause with the key's name, source and thumbprint; None if the list does not
        contain the key.
    """
    for equivalent in _list_equivalents(key):
        thumbprint = compute_thumbprint(equivalent)
        if thumbprint.encode() in _read_thumbprints():
            return _describe(_find_entry(thumbprint), thumbprint)
    return None


def read_leaked_keys() -> bytes:
    """Read the list as JSON in UTF-8 from the package folder or from a zip archive."""
    if _FILE not in _cache:
        path = __file__.removesuffix("leaked_keys.py") + _FILE
        _cache[_FILE] = _get_loader().get_data(path)
    return _cache[_FILE]


def _list_equivalents(key: CanonicalKey) -> Iterator[CanonicalKey]:
    yield key
    if len(key.get("n", "")) in _MODULUS_LENGTHS:
        yield from (key | {"e": exponent} for exponent in _EXPONENTS if exponent != key["e"])
    elif "y" in key:
        x, y = (decode_base64(key[name].encode()) for name in ("x", "y"))
        negative = build_ec_key(key["crv"], x, negate(y)) if len(y) in CURVES else None
        if negative:
            yield negative


def _read_thumbprints() -> set[bytes]:
    if not _thumbprints:
        # Splitting the bytes takes 0.1 ms; parsing them would take milliseconds.
        _, *parts = read_leaked_keys().split(b'"thumbprint": "')
        _thumbprints.update(part[:_THUMBPRINT_CHARS] for part in parts)
    return _thumbprints


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
