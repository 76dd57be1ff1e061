"""Where a `Location` header field leads, if all clients agree on it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from proxy_guard.probe.stream import UnreadableError
from proxy_guard.urls import inspect_uri

PRINTABLE: Final = "".join(map(chr, range(0x21, 0x7F)))
_ASCII: Final = "".join(map(chr, range(0x80)))
_STRIPPED: Final = "".join(map(chr, range(0x21)))
_ABSOLUTE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_ENCODED_BY_CLIENTS: Final = re.compile("[ \"'<>^`{|}]")
_CONTROL_CHARACTER: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f]")
_NOT_PLAIN: Final = "it redirects to something other than a plain http or https URI"
_DOT_SEGMENT: Final = re.compile(r"/(?:\.|%2e){1,2}(?:/|\Z)", re.IGNORECASE)


def decode_location(value: bytes) -> str:
    """Decode a `Location` field as UTF-8. Other bytes are percent-encoded, as clients do."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = quote(value, safe=_ASCII)
    return text.strip(_STRIPPED)


def resolve(location: str, base: str) -> str:
    """Return the URI that *location* in a response of *base* leads to.

    Raises:
        UnreadableError: clients follow it to different places, or the guard cannot follow it.
    """
    location = _ENCODED_BY_CLIENTS.sub(lambda match: quote(match[0]), location)
    is_absolute = _ABSOLUTE.match(location)
    written = f"{urlsplit(base).scheme}:{location}" if location.startswith("//") else location
    try:
        uri = urldefrag(urljoin(base, location)).url
        is_ambiguous = (
            _CONTROL_CHARACTER.search(location)
            or inspect_uri(uri)
            or (is_absolute and inspect_uri(written))
            or _DOT_SEGMENT.search(urlsplit(uri).path)
        )
    except ValueError as error:
        raise UnreadableError(_NOT_PLAIN) from error
    if is_ambiguous:
        raise UnreadableError(_NOT_PLAIN)
    return uri
