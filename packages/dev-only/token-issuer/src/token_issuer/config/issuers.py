# DEV-ONLY: never ship to production.
"""The settings of each issuer of a process.

A process has a main issuer. A table such as `[issuers.staff]` of the profiles file declares another
one, which is served below `/staff`. It has the settings of the main issuer, except those in its
table and those that contain its name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from token_issuer.config.settings import SELF, SETTINGS, Settings
from token_issuer.errors import suggest_names
from token_issuer.paths import TOP_LEVEL_NAMES

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_OWN_SETTINGS: Final = {setting.name: setting for setting in SETTINGS if setting.is_per_issuer}


def parse_issuer_tables(
    tables: Mapping[Any, object], problems: list[str]
) -> dict[str, dict[str, Any]]:
    """Return the parsed settings of each table, by the name of its issuer.

    Args:
        tables: The tables.
        problems: Receives all mistakes.
    """
    parsed: dict[str, dict[str, Any]] = {}
    for name, table in tables.items():
        label = f"issuers.{str(name)[:80]}"
        problems += (f"{label}: {problem}" for problem in _find_name_problems(name))
        if isinstance(table, Mapping):
            parsed[name] = _parse_table(label, table, problems)
        else:
            problems.append(f"{label}: expected a table of settings")
    return parsed


def derive_settings(main: Settings, name: str) -> Settings:
    """Return the settings of the issuer *name* that *main* declares."""
    table = main.issuers[name]
    derived: dict[str, Any] = {
        "issuer": SELF if main.issuer == SELF else f"{main.issuer.rstrip('/')}/{name}",
        "keys_dir": None if main.keys_dir is None else main.keys_dir / name,
        **{
            field: None if (url := getattr(main, field)) is None else f"{url}/{name}"
            for field in ("public_url", "verifier_url", "browser_url")
        },
    }
    explicit = main.explicit | table.keys()
    return replace(main, **{**derived, **table}, issuers={}, explicit=explicit)


def resolve_issuer(settings: Settings, url: str) -> Settings:
    """Return *settings* with the URL of the issuer in place of `self`.

    Args:
        settings: The settings of an issuer.
        url: The URL by which it is served, unless the settings name its public URL.
    """
    if settings.issuer != SELF:
        return settings
    return replace(settings, issuer=settings.public_url or url)


def _find_name_problems(name: object) -> Iterator[str]:
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        yield "expected a name of lower-case letters, digits, - and _"
    elif name in TOP_LEVEL_NAMES:
        yield f"/{name} is a path of the main issuer; choose another name"


def _parse_table(label: str, table: Mapping[Any, object], problems: list[str]) -> dict[str, Any]:
    parsed: dict[str, Any] = {}
    for name, value in table.items():
        setting = _OWN_SETTINGS.get(name)
        if setting is None:
            hint = suggest_names(str(name), _OWN_SETTINGS)
            known = f"; expected one of {', '.join(_OWN_SETTINGS)}"
            problems.append(f"{label}.{str(name)[:80]}: unknown setting{hint or known}")
            continue
        try:
            parsed[setting.name] = setting.parse(value)
        except ValueError as error:
            problems.append(f"{label}.{name}: {shorten(value)} is wrong: {error}")
    return parsed


def shorten(value: object) -> str:
    """Return *value* as an error message shows it; a table may contain secrets."""
    if isinstance(value, Mapping):
        return "the table"
    return repr(value[:80] if isinstance(value, str) else value)[:120]
