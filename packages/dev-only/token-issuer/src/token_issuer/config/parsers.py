# DEV-ONLY: never ship to production.
"""From the text of a setting to its value; a ValueError says what was expected."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from token_issuer.config.choices import ALGORITHMS
from token_issuer.timing.durations import parse_duration

if TYPE_CHECKING:
    from token_issuer.config.profiles import Profile

Choice = TypeVar("Choice", bound=str)

LOG_LEVELS: Final = ("debug", "info", "warning", "error")
_MAX_WORKERS: Final = 64
_MAX_PORT: Final = 65535
MAX_ROTATION_FACTOR: Final = 86400  # a key each eight seconds
_MAX_LOGGED_REQUESTS: Final = 100_000
_MIN_SECRET_CHARACTERS: Final = 8


def parse_text(text: str) -> str:
    """Take any text."""
    return text


def parse_port(text: str) -> int:
    """Read a TCP port; 0 is any free one."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > _MAX_PORT:
        message = f"not a port: expected 0 (any free one) to {_MAX_PORT}"
        raise ValueError(message)
    return int(text)


def parse_workers(text: str) -> int:
    """Read how many processes answer."""
    if not re.fullmatch(r"[0-9]{1,2}", text) or not 1 <= int(text) <= _MAX_WORKERS:
        message = f"expected a number of processes from 1 to {_MAX_WORKERS}"
        raise ValueError(message)
    return int(text)


def parse_flag(text: str) -> bool:
    """Read true or false."""
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        message = "expected true or false"
        raise ValueError(message)
    return words[text.lower()]


def parse_origins(text: str) -> tuple[str, ...]:
    """Read comma-separated origins, or `*`."""
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    for origin in origins:
        if origin != "*" and not _is_origin(origin):
            message = "expected * or origins such as https://app.example.com:3000, comma-separated"
            raise ValueError(message)
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
    message = f"expected one of {', '.join(choices)}"
    raise ValueError(message)


def parse_algorithms(text: str) -> tuple[str, ...]:
    """Read comma-separated names of algorithms."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    return tuple(dict.fromkeys(parse_choice(name, ALGORITHMS) for name in names))


def parse_max_age(text: str) -> timedelta:
    """Read how long something may be cached."""
    duration = parse_duration(text)
    if not timedelta(0) <= duration <= timedelta(days=1):
        message = "expected 0s to 24h"
        raise ValueError(message)
    return duration


def parse_factor(text: str) -> float:
    """Read how many times faster something goes."""
    if (
        not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text)
        or not 1 <= float(text) <= MAX_ROTATION_FACTOR
    ):
        message = f"expected a number from 1 (real time) to {MAX_ROTATION_FACTOR}"
        raise ValueError(message)
    return float(text)


def parse_capacity(text: str) -> int:
    """Read how many requests are kept."""
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > _MAX_LOGGED_REQUESTS:
        message = f"expected a number of requests up to {_MAX_LOGGED_REQUESTS}"
        raise ValueError(message)
    return int(text)


def parse_url(text: str) -> str:
    """Read the base URL of a service, without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        message = "expected a URL such as http://token-issuer:8081"
        raise ValueError(message)
    return text.rstrip("/")


def parse_secret(text: str) -> str:
    """Take a secret that cannot be guessed at once."""
    if not re.fullmatch(rf"[\x21-\x7e]{{{_MIN_SECRET_CHARACTERS},}}", text):
        message = (
            f"expected at least {_MIN_SECRET_CHARACTERS} printable ASCII characters without blanks"
        )
        raise ValueError(message)
    return text


def parse_profile_file(text: str) -> "Mapping[str, Profile]":
    """Read the file of profiles that the text names."""
    from token_issuer.config.profile_file import read_profiles  # noqa: PLC0415  # few starts have a file

    return read_profiles(Path(text))
