# DEV-ONLY: never ship to production.
"""From the text of a setting to its value; a ValueError says what was expected."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from token_issuer.config.choices import ALGORITHMS
from token_issuer.timing.durations import parse_duration

if TYPE_CHECKING:
    from token_issuer.config.profiles import Profile

Choice = TypeVar("Choice", bound=str)

LOG_LEVELS = ("debug", "info", "warning", "error")
_MOST_WORKERS = 64
_HIGHEST_PORT = 65535
FASTEST = 86400  # a key each eight seconds
_LARGEST_LOG = 100_000
_SHORTEST_SECRET = 8


def parse_text(text: str) -> str:
    """Take any text."""
    return text


def parse_port(text: str) -> int:
    """Read a TCP port; 0 is any free one."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > _HIGHEST_PORT:
        msg = f"not a port: expected 0 (any free one) to {_HIGHEST_PORT}"
        raise ValueError(msg)
    return int(text)


def parse_workers(text: str) -> int:
    """Read how many processes answer."""
    if not re.fullmatch(r"[0-9]{1,2}", text) or not 1 <= int(text) <= _MOST_WORKERS:
        msg = f"expected a number of processes from 1 to {_MOST_WORKERS}"
        raise ValueError(msg)
    return int(text)


def parse_flag(text: str) -> bool:
    """Read true or false."""
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        msg = "expected true or false"
        raise ValueError(msg)
    return words[text.lower()]


def parse_origins(text: str) -> tuple[str, ...]:
    """Read comma-separated origins, or `*`."""
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    for origin in origins:
        if origin != "*" and not _is_origin(origin):
            msg = "expected * or origins such as https://app.example.com:3000, comma-separated"
            raise ValueError(msg)
    return origins


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)  # a ValueError of its own says the same
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and text == f"{parts.scheme}://{parts.netloc}"
        and "*" not in text
        and "@" not in text
    )


def parse_choice(text: str, choices: Sequence[Choice]) -> Choice:
    """Return the one of *choices* that *text* names, whatever the case."""
    for choice in choices:
        if text.lower() == choice.lower():
            return choice
    msg = f"expected one of {', '.join(choices)}"
    raise ValueError(msg)


def parse_algorithms(text: str) -> tuple[str, ...]:
    """Read comma-separated names of algorithms."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    return tuple(dict.fromkeys(parse_choice(name, ALGORITHMS) for name in names))


def parse_max_age(text: str) -> timedelta:
    """Read how long something may be cached."""
    duration = parse_duration(text)
    if not timedelta(0) <= duration <= timedelta(days=1):
        msg = "expected 0s to 24h"
        raise ValueError(msg)
    return duration


def parse_factor(text: str) -> float:
    """Read how many times faster something goes."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text) or not 1 <= float(text) <= FASTEST:
        msg = f"expected a number from 1 (real time) to {FASTEST}"
        raise ValueError(msg)
    return float(text)


def parse_capacity(text: str) -> int:
    """Read how many requests are kept."""
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > _LARGEST_LOG:
        msg = f"expected a number of requests up to {_LARGEST_LOG}"
        raise ValueError(msg)
    return int(text)


def parse_url(text: str) -> str:
    """Read the base URL of a service, without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        msg = "expected a URL such as http://token-issuer:8081"
        raise ValueError(msg)
    return text.rstrip("/")


def parse_secret(text: str) -> str:
    """Take a secret that cannot be guessed at once."""
    if not re.fullmatch(rf"[\x21-\x7e]{{{_SHORTEST_SECRET},}}", text):
        msg = f"expected at least {_SHORTEST_SECRET} printable ASCII characters without blanks"
        raise ValueError(msg)
    return text


def parse_profile_file(text: str) -> "Mapping[str, Profile]":
    """Read the file of profiles that the text names."""
    from token_issuer.config.profile_file import read_profiles  # noqa: PLC0415  # few starts have a file

    return read_profiles(Path(text))
