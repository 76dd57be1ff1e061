# DEV-ONLY: never ship to production.
"""Parsers of settings, for text and for Python values.

Each raises a `ValueError` that says what was expected.
"""

import os
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from bounded_http.limits import MAX_HEADER_BYTES, MIN_HEADER_BYTES

from token_issuer.config.choices import ALGORITHMS
from token_issuer.config.profiles import BUILT_IN, Profile
from token_issuer.errors import suggest_names
from token_issuer.timing.durations import parse_duration

Choice = TypeVar("Choice", bound=str)

MAX_PORT: Final = 65535
_MAX_WORKERS: Final = 64
_MAX_REPLICAS: Final = 1000
_MAX_LOGGED_REQUESTS: Final = 100_000
_MIN_SECRET_CHARACTERS: Final = 8
_MIN_SEED_CHARACTERS: Final = 16
_MAX_SEED_CHARACTERS: Final = 1024
_MIN_DIFFERENT_SEED_CHARACTERS: Final = 5  # fewer: a placeholder such as xxxxxxxxxxxxxxxx
ACCOUNT_DOMAIN: Final = ".iam.gserviceaccount.com"
"""The end of the email addresses of service accounts, after the id of their project."""
MAX_ROTATION_FACTOR: Final = 86400  # a new key every 8 s


def parse_text(value: object) -> str:
    """Return text as it is, unless it is blank."""
    if not isinstance(value, str) or not value.strip():
        message = "expected text that is not blank"
        raise ValueError(message)
    return value


def parse_project(value: object) -> str:
    """Return the id of a project at Google."""
    expected = "a project id in lower case, such as my-project"
    return _match(value, r"[a-z][a-z0-9.:-]{0,60}[a-z0-9]", expected)


def parse_project_number(value: object) -> str:
    """Return the number of a project at Google, as text."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return _match(text, r"[1-9][0-9]{0,19}", "the number of a project such as 123456789012")


def parse_account(value: object) -> str:
    """Return the email address of a service account."""
    expected = f"an email address in lower case, such as app@my-project{ACCOUNT_DOMAIN}"
    pattern = r"[a-z0-9][a-z0-9._-]{0,62}@[a-z0-9][a-z0-9.-]{0,188}[a-z0-9]"
    return _match(value, pattern, expected)


def _match(value: object, pattern: str, expected: str) -> str:
    if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
        message = f"expected {expected}"
        raise ValueError(message)
    return value


def parse_directory(value: object) -> Path:
    """Return the path of a directory, which need not exist yet."""
    if not isinstance(value, str | Path) or not str(value).strip():
        message = "expected the path of a directory"
        raise ValueError(message)
    path = Path(value)
    if str(path).startswith("~"):
        message = "only a shell expands ~: write the whole path of the directory"
        raise ValueError(message)
    if os.path.isfile(path):  # noqa: PTH113  # Path.is_file raises an error without permission
        message = (
            "expected a directory, not a file: name the one that holds, or will hold, the keys"
        )
        raise ValueError(message)
    return path


def parse_file(value: object) -> Path:
    """Return the path of a file, which need not exist yet."""
    if not isinstance(value, str | Path) or not str(value).strip():
        message = "expected the path of a file"
        raise ValueError(message)
    path = Path(value)
    if str(path).startswith("~"):
        message = "only a shell expands ~: write the whole path of the file"
        raise ValueError(message)
    if os.path.isdir(path):  # noqa: PTH112  # Path.is_dir raises an error without permission
        message = "expected a file, not a directory"
        raise ValueError(message)
    return path


def parse_port(value: object) -> int:
    """Return a TCP port; 0 stands for any free port."""
    return _parse_whole_number(value, 0, MAX_PORT, "a port, 0 (any free one)")


def parse_workers(value: object) -> int:
    """Return a number of processes."""
    return _parse_whole_number(value, 1, _MAX_WORKERS, "a number of processes, 1")


def parse_replicas(value: object) -> int:
    """Return a number of issuers that answer at the same address."""
    return _parse_whole_number(value, 1, _MAX_REPLICAS, "a number of issuers, 1")


def parse_capacity(value: object) -> int:
    """Return the capacity of the request log."""
    return _parse_whole_number(value, 0, _MAX_LOGGED_REQUESTS, "a number of requests, 0")


def parse_header_size(value: object) -> int:
    """Return the largest size of a header section, in bytes."""
    expected = f"a number of bytes, {MIN_HEADER_BYTES}"
    return _parse_whole_number(value, MIN_HEADER_BYTES, MAX_HEADER_BYTES, expected)


def _parse_whole_number(value: object, least: int, most: int, expected: str) -> int:
    is_text = isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) is not None
    number = int(str(value)) if is_text else value
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        message = f"expected {expected} to {most}"
        raise ValueError(message)
    return number


def parse_factor(value: object) -> float:
    """Return the factor by which time is sped up."""
    is_text = isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value)
    number = float(str(value)) if is_text else value
    if (
        isinstance(number, bool)
        or not isinstance(number, int | float)
        or not 1 <= number <= MAX_ROTATION_FACTOR
    ):
        message = f"expected a number from 1 (real time) to {MAX_ROTATION_FACTOR}"
        raise ValueError(message)
    return number


def parse_flag(value: object) -> bool:
    """Return true or false."""
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    flag = words.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(flag, bool):
        message = "expected true or false"
        raise ValueError(message)  # noqa: TRY004  # the one error of all parsers
    return flag


def parse_choice(value: object, choices: Sequence[Choice]) -> Choice:
    """Return the choice that *value* names; upper and lower case are not distinguished."""
    word = value if isinstance(value, str) else ""
    for choice in choices:
        if word.lower() == choice.lower():
            return choice
    message = f"expected one of {', '.join(choices)}{suggest_names(word, choices)}"
    raise ValueError(message)


def parse_algorithms(value: object) -> tuple[str, ...]:
    """Return the names of algorithms, without duplicates."""
    names = split_list(value, f"names of algorithms: {', '.join(ALGORITHMS)}")
    return tuple(dict.fromkeys(parse_choice(name, ALGORITHMS) for name in names))


def split_list(value: object, expected: str) -> tuple[str, ...]:
    """Return the items of comma-separated text, or of a Python sequence of texts."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in parts):
        message = f"expected {expected}, comma-separated or as a list"
        raise ValueError(message)
    return tuple(part.strip() for part in parts if part.strip())


def parse_max_age(value: object) -> timedelta:
    """Return a time to cache, from zero to 24 hours."""
    duration = parse_duration(value)
    if not timedelta(0) <= duration <= timedelta(days=1):
        message = "expected 0s to 24h"
        raise ValueError(message)
    return duration


def parse_time_limit(value: object) -> timedelta:
    """Return a time limit, from one second to 24 hours."""
    duration = parse_duration(value)
    if not timedelta(seconds=1) <= duration <= timedelta(days=1):
        message = "expected 1s to 24h"
        raise ValueError(message)
    return duration


def parse_secret(value: object) -> str:
    """Return a secret of at least eight printable ASCII characters."""
    text = value if isinstance(value, str) else ""
    if not re.fullmatch(rf"[\x21-\x7e]{{{_MIN_SECRET_CHARACTERS},}}", text):
        message = (
            f"expected at least {_MIN_SECRET_CHARACTERS} printable ASCII characters without blanks"
        )
        raise ValueError(message)
    return text


def parse_seed(value: object) -> str:
    """Return the seed of keys: printable text with enough different characters."""
    text = value if isinstance(value, str) else ""
    is_long = _MIN_SEED_CHARACTERS <= len(text) <= _MAX_SEED_CHARACTERS
    if not is_long or not text.isprintable() or text != text.strip():
        message = (
            f"expected {_MIN_SEED_CHARACTERS} to {_MAX_SEED_CHARACTERS} printable characters, "
            "without blanks at the ends; make one with openssl rand -hex 32"
        )
        raise ValueError(message)
    if len(set(text)) < _MIN_DIFFERENT_SEED_CHARACTERS:
        message = (
            f"expected at least {_MIN_DIFFERENT_SEED_CHARACTERS} different characters; make one "
            "with openssl rand -hex 32"
        )
        raise ValueError(message)
    return text


def parse_profiles(value: object) -> Mapping[str, Profile]:
    """Return the built-in profiles, and those of a mapping."""
    if not isinstance(value, Mapping) or not all(
        isinstance(profile, Profile) for profile in value.values()
    ):
        message = "expected a path, or a mapping of names to profiles"
        raise ValueError(message)
    return {**BUILT_IN, **value}


def parse_issuers(value: object) -> Mapping[str, Any]:
    """Return the tables of further issuers by name."""
    if not isinstance(value, Mapping):
        message = "expected a mapping of names to tables"
        raise ValueError(message)  # noqa: TRY004  # the callers report invalid values
    return value
