# DEV-ONLY: never ship to production.
"""Validation of settings, each by itself and in combination; all mistakes are reported at once."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from token_issuer.config.issuers import derive_settings, parse_issuer_tables, shorten
from token_issuer.config.process_conflicts import find_process_conflicts
from token_issuer.config.settings import SETTINGS, Settings
from token_issuer.errors import SettingsError, describe_unknown_name


def build_settings(
    values: Mapping[str, object], names: Mapping[str, str], problems: Sequence[str] = ()
) -> Settings:
    """Parse *values*, and check that they do not contradict each other.

    Args:
        values: Text or Python values, by the names of settings.
        names: The name of each setting in error messages, such as its environment variable.
        problems: Mistakes found earlier, which are reported as well.

    Raises:
        SettingsError: a value is invalid; all mistakes are listed.
    """
    parsed: dict[str, Any] = {}
    problems = list(problems)
    invalid: set[str] = set()
    path = values.get("profiles")
    if isinstance(path, str | Path):
        from token_issuer.config.profile_file import read_profile_file  # noqa: PLC0415  # rare

        file = read_profile_file(Path(path))
        if file.problems:
            listed = "; ".join(file.problems)
            problems.append(f"{names['profiles']}: {shorten(str(path))} is wrong: {listed}")
            invalid.add("profiles")
        names = {**names, **dict.fromkeys(file.tables.keys() - values.keys(), names["profiles"])}
        values = {**file.tables, **values, "profiles": file.profiles}
    for setting in SETTINGS:
        if setting.name not in values:
            continue
        value = values[setting.name]
        try:
            parsed[setting.name] = setting.parse(value)
        except ValueError as error:
            shown = "the value" if setting.is_secret else shorten(value)
            problems.append(f"{names[setting.name]}: {shown} is wrong: {error}")
    if "issuers" in parsed:
        parsed["issuers"] = parse_issuer_tables(parsed["issuers"], problems)
    settings = Settings(**parsed, explicit=frozenset(parsed))
    invalid |= values.keys() - parsed.keys()
    problems += _find_contradictions(settings, names, invalid)
    if problems:
        raise SettingsError(problems)
    return settings


def _find_contradictions(
    settings: Settings, names: Mapping[str, str], invalid: set[str]
) -> Iterator[str]:
    """Yield the contradictions between values that are valid individually.

    Contradictions that depend on an *invalid* value are left out.
    """
    if "profiles" not in invalid:
        yield from _find_unknown_profiles(settings, names)
    is_exposed = not settings.is_on_loopback and settings.admin_token is None
    if settings.admin and is_exposed and "admin_token" not in invalid:
        yield (
            f"{names['admin']}: /admin would be open to the network on {settings.host[:80]}; "
            f"set {names['admin_token']} too, or listen on 127.0.0.1"
        )
    yield from _find_conflicts_of_tls(settings, names, invalid)
    issuers = {"": settings}
    issuers |= {name: derive_settings(settings, name) for name in settings.issuers}
    yield from _find_shared_directories(issuers, names)
    if not invalid & {"profiles", "users", "issuers"}:
        yield from _find_unknown_logins(issuers, names)
    if not invalid & {"key_seed", "keys_dir", "issuers"}:
        yield from _find_conflicts_of_seed(issuers, names)
        yield from find_process_conflicts(issuers, names)


def _find_conflicts_of_tls(
    settings: Settings, names: Mapping[str, str], invalid: set[str]
) -> Iterator[str]:
    own, certificate, key = names["tls"], names["tls_cert"], names["tls_key"]
    if invalid & {"tls", "tls_cert", "tls_key"}:
        return
    if (settings.tls_cert is None) != (settings.tls_key is None):
        given, missing = (certificate, key) if settings.tls_key is None else (key, certificate)
        yield f"{given}: a certificate and its key belong together; set {missing} too"
    elif settings.tls and settings.tls_cert is not None:
        yield (
            f"{own}: generates a certificate, but {certificate} names one; unset {own}, or "
            f"{certificate} and {key}"
        )


def _find_unknown_profiles(settings: Settings, names: Mapping[str, str]) -> Iterator[str]:
    chosen = {names["profile"]: settings.profile}
    for issuer, table in settings.issuers.items():
        if "profile" in table:
            chosen[f"issuers.{issuer}.profile"] = table["profile"]
    for label, profile in chosen.items():
        if profile not in settings.profiles:
            yield (
                f"{label}: {describe_unknown_name('profile', profile, settings.profiles)}; known "
                f"profiles: {', '.join(settings.profiles)}; {names['profiles']} names a file with "
                "more"
            )


def _find_unknown_logins(
    issuers: Mapping[str, Settings], names: Mapping[str, str]
) -> Iterator[str]:
    for name, settings in issuers.items():
        if settings.login is not None and settings.login not in settings.users:
            label = f"issuers.{name}.login" if name else names["login"]
            yield (
                f"{label}: {describe_unknown_name('user', settings.login, settings.users)}; known "
                f"users: {', '.join(settings.users)[:200]}"
            )


def _find_shared_directories(
    issuers: Mapping[str, Settings], names: Mapping[str, str]
) -> Iterator[str]:
    """Yield the issuers that would sign with the keys of an earlier one."""
    labels: dict[Path, str] = {}
    for issuer, settings in issuers.items():
        if settings.keys_dir is None:
            continue
        label = f"issuers.{issuer}.keys_dir" if issuer else names["keys_dir"]
        first = labels.setdefault(Path(os.path.realpath(settings.keys_dir)), label)
        if first != label:
            yield (
                f"{label}: {shorten(str(settings.keys_dir))} is also the directory of {first}; "
                "give each issuer a separate directory"
            )


def _find_conflicts_of_seed(
    issuers: Mapping[str, Settings], names: Mapping[str, str]
) -> Iterator[str]:
    main = issuers[""]
    if main.key_seed is None:
        return
    labels = [names["keys_dir"]] if main.keys_dir is not None else []
    labels += (
        f"issuers.{name}.keys_dir" for name, table in main.issuers.items() if "keys_dir" in table
    )
    for label in labels:
        yield (
            f"{names['key_seed']}: keys are derived from it, so they cannot be those of {label}; "
            "unset one of the two"
        )
