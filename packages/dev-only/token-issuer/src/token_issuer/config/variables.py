# DEV-ONLY: never ship to production.
"""The environment variables: name, meaning, and how the text of each becomes a value."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from proxy_guard.dev_marks import DEFAULT_ISSUER, DEFAULT_PORT

from token_issuer.config.choices import ALGORITHMS, KidStyle
from token_issuer.config.parsers import (
    LOG_LEVELS,
    MAX_ROTATION_FACTOR,
    parse_algorithms,
    parse_capacity,
    parse_choice,
    parse_factor,
    parse_flag,
    parse_max_age,
    parse_origins,
    parse_port,
    parse_profile_file,
    parse_secret,
    parse_text,
    parse_url,
    parse_workers,
)
from token_issuer.timing.durations import parse_ttl

PREFIX: Final = "TOKEN_ISSUER_"


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: where its value goes, and how to explain it."""

    name: str
    field: str
    parse: Callable[[str], Any]
    help: str
    is_secret: bool = False


VARIABLES: Final = (
    Variable(
        f"{PREFIX}HOST",
        "host",
        parse_text,
        "address to listen on (default 127.0.0.1; 0.0.0.0 in a container)",
    ),
    Variable(
        f"{PREFIX}PORT",
        "port",
        parse_port,
        f"port to listen on, 0 for any free one (default {DEFAULT_PORT})",
    ),
    Variable(
        f"{PREFIX}ISSUER",
        "issuer",
        parse_text,
        f"the iss claim (default {DEFAULT_ISSUER})",
    ),
    Variable(
        f"{PREFIX}AUDIENCE",
        "audience",
        parse_text,
        "the aud claim (default stream-watcher-docker)",
    ),
    Variable(f"{PREFIX}SUBJECT", "subject", parse_text, "the sub claim (default dev-user)"),
    Variable(
        f"{PREFIX}TTL",
        "ttl",
        parse_ttl,
        "how long a token is valid: 90s, 15m, 2h (default 15m)",
    ),
    Variable(
        f"{PREFIX}PROFILE",
        "profile",
        parse_text,
        "the claims and lifetime of tokens: plain, google, or a name from the profiles file"
        " (default plain)",
    ),
    Variable(
        f"{PREFIX}PROFILES",
        "own_profiles",
        parse_profile_file,
        "TOML file with profiles of your own",
    ),
    Variable(
        f"{PREFIX}PUBLIC_URL",
        "public_url",
        parse_url,
        "base of the URLs in the discovery document (default: as the request came in)",
    ),
    Variable(
        "PERSIST_KEYS_DIR",
        "keys_dir",
        Path,
        "directory that keeps the keys (default: a fresh key in memory at each start)",
    ),
    Variable(
        f"{PREFIX}ALGORITHMS",
        "algorithms",
        parse_algorithms,
        f"algorithms that have a key from the start beside RS256: {', '.join(ALGORITHMS[1:])},"
        " comma-separated; any other gets one when a request first names it",
    ),
    Variable(
        f"{PREFIX}KIDS",
        "kids",
        partial(parse_choice, choices=tuple(KidStyle)),
        "how keys are named: dev-key (dev-key, dev-key-2, ...), thumbprint (RFC 7638) or hex (40"
        " digits, as Google's) (default dev-key; hex with the profile google)",
    ),
    Variable(
        f"{PREFIX}ROTATION",
        "rotation",
        partial(parse_choice, choices=("off", "google")),
        "google: a new key every 8 days, published 18 hours before it signs (default off: keys"
        " rotate when asked)",
    ),
    Variable(
        f"{PREFIX}ROTATION_FACTOR",
        "rotation_factor",
        parse_factor,
        f"how many times faster that goes, 1 to {MAX_ROTATION_FACTOR}; with 8640, 8 days take 80 s"
        " (default 1)",
    ),
    Variable(
        f"{PREFIX}KEYS_MAX_AGE",
        "keys_max_age",
        parse_max_age,
        "how long key documents may be cached, up to 24h (default 5m; 6h with the profile google)",
    ),
    Variable(
        f"{PREFIX}ALLOW_UNMARKED_KEYS",
        "allow_unmarked_keys",
        parse_flag,
        "true: sign with a key without the dev watermark; production cannot recognise it"
        " (default false)",
    ),
    Variable(
        f"{PREFIX}CORS_ORIGINS",
        "cors_origins",
        parse_origins,
        "origins that browsers may call from, comma-separated, or * (default: localhost, any port)",
    ),
    Variable(
        f"{PREFIX}LOG_LEVEL",
        "log_level",
        partial(parse_choice, choices=LOG_LEVELS),
        f"{', '.join(LOG_LEVELS)} (default info)",
    ),
    Variable(
        f"{PREFIX}ACCESS_LOG",
        "access_log",
        parse_flag,
        "true: one log line for each request (default false)",
    ),
    Variable(
        f"{PREFIX}ADMIN",
        "admin",
        parse_flag,
        "true or false: serve /admin (default true on loopback; elsewhere it needs the token)",
    ),
    Variable(
        f"{PREFIX}ADMIN_TOKEN",
        "admin_token",
        parse_secret,
        "secret that /admin asks for as a bearer token; switches /admin on wherever it listens",
        is_secret=True,
    ),
    Variable(
        f"{PREFIX}REQUEST_LOG",
        "request_log",
        parse_capacity,
        "how many requests /admin/requests remembers (default 1000)",
    ),
    Variable(
        f"{PREFIX}WORKERS",
        "workers",
        parse_workers,
        "how many processes answer, for load tests; with more than one there are neither /admin nor"
        " defects, and keys for all algorithms from the start (default 1)",
    ),
)
