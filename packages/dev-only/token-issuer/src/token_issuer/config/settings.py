# DEV-ONLY: never ship to production.
"""Settings: one table of variables, read together, with every mistake reported at once."""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Self

from proxy_guard.dev_marks import DEFAULT_ISSUER, DEFAULT_PORT

from token_issuer.config.choices import KidStyle
from token_issuer.config.profiles import BUILT_IN, GOOGLE, Profile
from token_issuer.config.variables import PREFIX, VARIABLES
from token_issuer.errors import SettingsError

_MAX_AGE: Final = timedelta(minutes=5)
_GOOGLE_MAX_AGE: Final = timedelta(hours=6)
_LOOPBACK: Final = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")

# What Kubernetes and Docker links put into every container beside a service named token-issuer.
# TOKEN_ISSUER_PORT=tcp://… is theirs too, and is told apart by its value.
_INJECTED_NAME: Final = re.compile(
    rf"{PREFIX}(SERVICE_(HOST|PORT(_.+)?)|PORT_\d+_(TCP|UDP|SCTP)(_.+)?|NAME|ENV_.+)"
)
_INJECTED_PORT: Final = re.compile(r"(tcp|udp|sctp)://.+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this issuer behaves.

    Attributes:
        profile: Name of the profile that tokens have unless a request names another.
        own_profiles: Profiles beside the built-in ones.
        public_url: Base of the URLs that the discovery document names; None: as requests came in.
        keys_dir: Where the keys are kept; None means in memory.
        algorithms: Algorithms that have a key from the start.
        kids: How keys are named; None leaves it to the profile.
        rotation: `google` or `off`.
        rotation_factor: How many times faster than in real time.
        keys_max_age: How long key documents may be cached; None leaves it to the profile.
        cors_origins: Origins browsers may call from; empty means localhost, whatever the port.
        admin: Whether the admin surface is served; None: where that is safe.
        admin_token: What it asks for; None: nothing.
        request_log: How many requests are remembered.
        workers: How many processes answer; what one of them is told, the others do not know.
        chosen: The fields that were set, as opposed to having their defaults.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    issuer: str = DEFAULT_ISSUER
    audience: str = "stream-watcher-docker"
    subject: str = "dev-user"
    ttl: timedelta = timedelta(minutes=15)
    profile: str = "plain"
    own_profiles: Mapping[str, Profile] = field(default_factory=dict)
    public_url: str | None = None
    keys_dir: Path | None = None
    algorithms: tuple[str, ...] = ("RS256",)
    kids: KidStyle | None = None
    rotation: str = "off"
    rotation_factor: float = 1
    keys_max_age: timedelta | None = None
    allow_unmarked_keys: bool = False
    cors_origins: tuple[str, ...] = ()
    log_level: str = "info"
    access_log: bool = False
    admin: bool | None = None
    admin_token: str | None = field(default=None, repr=False)
    request_log: int = 1000
    workers: int = 1
    chosen: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """All profiles by name."""
        return {**BUILT_IN, **self.own_profiles}

    @property
    def kid_style(self) -> KidStyle:
        """How keys are named."""
        return self.kids or (KidStyle.HEX if self.profile == GOOGLE.name else KidStyle.DEV_KEY)

    @property
    def max_age(self) -> timedelta:
        """How long key documents may be cached."""
        if self.keys_max_age is not None:
            return self.keys_max_age
        return _GOOGLE_MAX_AGE if self.profile == GOOGLE.name else _MAX_AGE

    @property
    def has_admin(self) -> bool:
        """Whether the admin surface is served."""
        if self.admin is not None:
            return self.admin
        if self.workers > 1:
            return False
        return self.admin_token is not None or _LOOPBACK.fullmatch(self.host) is not None

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
                shown = "the value" if variable.is_secret else repr(text[:80])
                problems.append(f"{variable.name}: {shown} is wrong: {error}")
        settings = cls(**values, chosen=frozenset(values))
        problems += _find_contradictions(settings, environ)
        if problems:
            raise SettingsError(problems)
        return settings


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
        from token_issuer.config.env_file import read_env_file  # noqa: PLC0415

        from_file, problems = read_env_file(env_file)
    merged: dict[str, str] = {}
    for source in (from_file, os.environ, overrides or {}):
        merged |= {name: value for name, value in source.items() if value.strip()}
    return merged, problems


def _find_contradictions(settings: Settings, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with variables that are right by themselves."""
    has_own_profiles = settings.own_profiles or not environ.get(f"{PREFIX}PROFILES", "").strip()
    if settings.profile not in settings.profiles and has_own_profiles:
        yield (
            f"{PREFIX}PROFILE: no profile is named {settings.profile[:80]!r}; known are "
            f"{', '.join(settings.profiles)}; {PREFIX}PROFILES names a file with more"
        )
    is_exposed = _LOOPBACK.fullmatch(settings.host) is None and settings.admin_token is None
    if settings.admin and is_exposed and f"{PREFIX}ADMIN_TOKEN" not in environ:
        yield (
            f"{PREFIX}ADMIN: the admin surface is open to the network on {settings.host[:80]}; set "
            f"{PREFIX}ADMIN_TOKEN too, or listen on 127.0.0.1"
        )
    if settings.workers > 1:
        yield from _find_conflicts_of_workers(settings)


def _find_conflicts_of_workers(settings: Settings) -> Iterator[str]:
    """Yield what several processes cannot do, since each has but its own memory."""
    if sys.platform != "linux":
        yield f"{PREFIX}WORKERS: several need Linux, which spreads the connections over them"
    if settings.admin or settings.admin_token is not None:
        yield (
            f"{PREFIX}WORKERS: several cannot serve the admin surface, whose changes would reach "
            f"one of them; unset {PREFIX}ADMIN and {PREFIX}ADMIN_TOKEN, or have one worker"
        )
    if settings.rotation != "off" and settings.keys_dir is None:
        yield (
            f"{PREFIX}WORKERS: several that rotate keys have to share a directory of keys; set "
            f"PERSIST_KEYS_DIR, or {PREFIX}ROTATION=off"
        )


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
