# DEV-ONLY: never ship to production.
"""Settings: one table of variables, read together, with every mistake reported at once."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from proxy_guard.dev_marks import DEFAULT_ISSUER, DEFAULT_PORT

from token_issuer.durations import parse_duration
from token_issuer.errors import SettingsError

PREFIX = "TOKEN_ISSUER_"
_LOG_LEVELS = ("debug", "info", "warning", "error")
_HIGHEST_PORT = 65535

# What Kubernetes and Docker links put into every container beside a service named token-issuer.
# TOKEN_ISSUER_PORT=tcp://… is theirs too, and is told apart by its value.
_INJECTED_NAME = re.compile(
    rf"{PREFIX}(SERVICE_(HOST|PORT(_.+)?)|PORT_\d+_(TCP|UDP|SCTP)(_.+)?|NAME|ENV_.+)"
)
_INJECTED_PORT = re.compile(r"(tcp|udp|sctp)://.+")


def _parse_text(text: str) -> str:
    return text


def _parse_port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > _HIGHEST_PORT:
        msg = f"not a port: expected 0 (any free one) to {_HIGHEST_PORT}"
        raise ValueError(msg)
    return int(text)


def _parse_ttl(text: str) -> timedelta:
    duration = parse_duration(text)
    if duration <= timedelta(0) or duration > timedelta(days=36500):
        msg = "expected more than zero and at most 100 years"
        raise ValueError(msg)
    return duration


def _parse_log_level(text: str) -> str:
    if text.lower() not in _LOG_LEVELS:
        msg = f"expected one of {', '.join(_LOG_LEVELS)}"
        raise ValueError(msg)
    return text.lower()


def _parse_flag(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        msg = "expected true or false"
        raise ValueError(msg)
    return words[text.lower()]


def _parse_origins(text: str) -> tuple[str, ...]:
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


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: where its value goes, and how to explain it."""

    name: str
    field: str
    parse: Callable[[str], Any]
    help: str


VARIABLES = (
    Variable(
        f"{PREFIX}HOST",
        "host",
        _parse_text,
        "address to listen on (default 127.0.0.1; 0.0.0.0 in a container)",
    ),
    Variable(
        f"{PREFIX}PORT",
        "port",
        _parse_port,
        f"port to listen on, 0 for any free one (default {DEFAULT_PORT})",
    ),
    Variable(
        f"{PREFIX}ISSUER",
        "issuer",
        _parse_text,
        f"the iss claim (default {DEFAULT_ISSUER})",
    ),
    Variable(
        f"{PREFIX}AUDIENCE",
        "audience",
        _parse_text,
        "the aud claim (default stream-watcher-docker)",
    ),
    Variable(f"{PREFIX}SUBJECT", "subject", _parse_text, "the sub claim (default dev-user)"),
    Variable(
        f"{PREFIX}TTL",
        "ttl",
        _parse_ttl,
        "how long a token is valid: 90s, 15m, 2h (default 15m)",
    ),
    Variable(
        "PERSIST_KEYS_DIR",
        "keys_dir",
        Path,
        "directory that keeps the key pair (default: a fresh key in memory at each start)",
    ),
    Variable(
        f"{PREFIX}ALLOW_UNMARKED_KEYS",
        "allow_unmarked_keys",
        _parse_flag,
        "true: sign with a key without the dev watermark; production cannot recognise it"
        " (default false)",
    ),
    Variable(
        f"{PREFIX}CORS_ORIGINS",
        "cors_origins",
        _parse_origins,
        "origins that browsers may call from, comma-separated, or * (default: localhost, any port)",
    ),
    Variable(
        f"{PREFIX}LOG_LEVEL",
        "log_level",
        _parse_log_level,
        f"{', '.join(_LOG_LEVELS)} (default info)",
    ),
    Variable(
        f"{PREFIX}ACCESS_LOG",
        "access_log",
        _parse_flag,
        "true: one log line for each request (default false)",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this issuer behaves.

    Attributes:
        cors_origins: Origins browsers may call from; empty means localhost, whatever the port.
        keys_dir: Where the key pair is kept; None means in memory.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    issuer: str = DEFAULT_ISSUER
    audience: str = "stream-watcher-docker"
    subject: str = "dev-user"
    ttl: timedelta = timedelta(minutes=15)
    keys_dir: Path | None = None
    allow_unmarked_keys: bool = False
    cors_origins: tuple[str, ...] = ()
    log_level: str = "info"
    access_log: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str], problems: Sequence[str] = ()) -> Self:
        """Read the settings; blank variables count as unset.

        Args:
            environ: The variables.
            problems: Mistakes that came up while *environ* was put together, to be listed too.

        Raises:
            SettingsError: one or more mistakes, all of them listed.
        """
        values: dict[str, Any] = {}
        problems = [*problems, *_find_unknown_variables(environ)]
        for variable in VARIABLES:
            text = environ.get(variable.name, "").strip()
            if not text or _is_injected(variable.name, text):
                continue
            try:
                values[variable.field] = variable.parse(text)
            except ValueError as error:
                problems.append(f"{variable.name}: {text[:80]!r} is wrong: {error}")
        if problems:
            raise SettingsError(problems)
        return cls(**values)


def read_environment(
    env_file: Path | None = None, overrides: Mapping[str, str] | None = None
) -> tuple[dict[str, str], list[str]]:
    """Merge the env file, the process environment and the command line; later ones win.

    Blank variables are left out: `NODE_ENV=` must not hide what the env file says.

    Returns:
        The variables, and what is wrong with the env file.
    """
    from_file: dict[str, str] = {}
    problems: list[str] = []
    if env_file is not None:
        # Imported only here: most commands, the health check for one, have no env file to parse.
        from token_issuer.env_file import read_env_file  # noqa: PLC0415

        from_file, problems = read_env_file(env_file)
    merged: dict[str, str] = {}
    for source in (from_file, os.environ, overrides or {}):
        merged |= {name: value for name, value in source.items() if value.strip()}
    return merged, problems


def _is_injected(name: str, value: str) -> bool:
    if name == f"{PREFIX}PORT":
        return _INJECTED_PORT.fullmatch(value) is not None
    return _INJECTED_NAME.fullmatch(name) is not None


def _find_unknown_variables(environ: Mapping[str, str]) -> list[str]:
    known = [variable.name for variable in VARIABLES]
    endings = [known_name.removeprefix(PREFIX) for known_name in known]
    problems = []
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX) or name in known or _is_injected(name, value):
            continue
        close = get_close_matches(name.removeprefix(PREFIX), endings, n=1)
        hint = f"did you mean {PREFIX}{close[0]}?" if close else f"known are {', '.join(known)}"
        problems.append(f"{name}: no such variable; {hint}")
    return problems
