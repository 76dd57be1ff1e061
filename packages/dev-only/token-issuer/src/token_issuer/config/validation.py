# DEV-ONLY: never ship to production.
"""Settings from what one source has set; every mistake in it is reported at once."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from token_issuer.config.settings import SETTINGS, Settings
from token_issuer.errors import SettingsError, describe_unknown_name


def build_settings(
    values: Mapping[str, object], names: Mapping[str, str], problems: Sequence[str] = ()
) -> Settings:
    """Build the settings that a source asks for.

    Args:
        values: What it has set, by the names of settings: text, or Python values.
        names: How the source calls each setting, for error messages.
        problems: Mistakes found while *values* was collected, to be reported too.

    Raises:
        SettingsError: one or more mistakes, all of them listed.
    """
    parsed: dict[str, Any] = {}
    problems = list(problems)
    for setting in SETTINGS:
        if setting.name not in values:
            continue
        value = values[setting.name]
        try:
            parsed[setting.name] = setting.parse(value)
        except ValueError as error:
            shown = "the value" if setting.is_secret else _shorten(value)
            problems.append(f"{names[setting.name]}: {shown} is wrong: {error}")
    settings = Settings(**parsed, explicit=frozenset(parsed))
    invalid = values.keys() - parsed.keys()
    problems += _find_contradictions(settings, names, invalid)
    if problems:
        raise SettingsError(problems)
    return settings


def _shorten(value: object) -> str:
    return repr(value[:80] if isinstance(value, str) else value)[:120]


def _find_contradictions(
    settings: Settings, names: Mapping[str, str], invalid: set[str]
) -> Iterator[str]:
    """Yield what is wrong with values that are valid by themselves.

    Nothing is said about a value that depends on one of the *invalid* ones.
    """
    if settings.profile not in settings.profiles and "profiles" not in invalid:
        yield (
            f"{names['profile']}: "
            f"{describe_unknown_name('profile', settings.profile, settings.profiles)}; known are "
            f"{', '.join(settings.profiles)}; {names['profiles']} names a file with more"
        )
    is_exposed = not settings.is_on_loopback and settings.admin_token is None
    if settings.admin and is_exposed and "admin_token" not in invalid:
        yield (
            f"{names['admin']}: the admin surface is open to the network on {settings.host[:80]}; "
            f"set {names['admin_token']} too, or listen on 127.0.0.1"
        )
    if settings.workers > 1:
        yield from _find_conflicts_of_workers(settings, names)


def _find_conflicts_of_workers(settings: Settings, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what several processes cannot do, because each has its own memory."""
    workers = names["workers"]
    if sys.platform != "linux":
        yield f"{workers}: several need Linux, which spreads the connections over them"
    if settings.admin or settings.admin_token is not None:
        yield (
            f"{workers}: several cannot serve the admin surface, whose changes would reach one of "
            f"them; unset {names['admin']} and {names['admin_token']}, or have one worker"
        )
    if settings.rotation != "off" and settings.keys_dir is None:
        yield (
            f"{workers}: several that rotate keys have to share a directory of keys; set "
            f"{names['keys_dir']}, or {names['rotation']}=off"
        )
