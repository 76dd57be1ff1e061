# DEV-ONLY: never ship to production.
"""Parsers of settings that name hosts, origins and URLs.

Each raises a `ValueError` that says what was expected.
"""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from token_issuer.config.host_names import normalize_host_name
from token_issuer.config.parsers import MAX_PORT, parse_text, split_list

_BASE_URL: Final = re.compile(
    r"https?://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?(/[!\"$->@-~]*)?",
    re.IGNORECASE,
)


def parse_host(value: object) -> str:
    """Return a host name or address to listen on; the brackets of an IPv6 address are removed."""
    text = parse_text(value).strip()
    is_bracketed = text.startswith("[") and text.endswith("]") and ":" in text
    host = text[1:-1] if is_bracketed else text
    if re.search(r"[\s/\[\]]", host) or host.count(":") == 1:
        message = "expected a host name or address without a port, such as 127.0.0.1 or ::1"
        raise ValueError(message)
    return host


def parse_host_names(value: object) -> tuple[str, ...]:
    """Return host names in their normal form."""
    expected = "host names such as token-issuer or 192.0.2.7, without a port"
    try:
        return tuple(map(normalize_host_name, split_list(value, expected)))
    except ValueError:
        message = f"expected {expected}, comma-separated"
        raise ValueError(message) from None


def parse_origins(value: object) -> tuple[str, ...]:
    """Return origins, or `*`."""
    expected = "* or origins such as https://app.example.com:3000"
    origins = split_list(value, expected)
    if not all(origin == "*" or _is_origin(origin) for origin in origins):
        message = f"expected {expected}, comma-separated"
        raise ValueError(message)
    return origins


def parse_url(value: object) -> str:
    """Return the base URL of a service, without a slash at its end."""
    text = value if isinstance(value, str) else ""
    match = _BASE_URL.fullmatch(text)
    if match is None or not _split_url(text).hostname or int(match["port"] or 0) > MAX_PORT:
        message = (
            "expected a URL such as http://token-issuer:8081, without credentials, query and "
            "fragment"
        )
        raise ValueError(message)
    return text.rstrip("/")


def _is_origin(text: str) -> bool:
    parts = _split_url(text)
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and text == f"{parts.scheme}://{parts.netloc}"
        and "*" not in text
        and "@" not in text
    )


def _split_url(text: str) -> SplitResult:
    """Return the parts of a URL; all parts are empty for text such as `http://[broken`."""
    try:
        return urlsplit(text)
    except ValueError:
        return urlsplit("")
