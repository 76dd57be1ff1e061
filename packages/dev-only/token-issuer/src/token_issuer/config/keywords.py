# DEV-ONLY: never ship to production.
"""Settings as keyword arguments, for `run_token_issuer` and the pytest marker."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypedDict

from token_issuer.config.choices import KidStyle, LogLevel, Rotation
from token_issuer.config.profiles import Profile
from token_issuer.config.settings import SETTINGS, Settings
from token_issuer.config.validation import build_settings
from token_issuer.errors import suggest_names

_NAMES: Final[Mapping[str, str]] = {setting.name: setting.name for setting in SETTINGS}
_LISTED: Final = ", ".join(_NAMES)


class SettingKeywords(TypedDict, total=False):
    """The settings by name, for type checkers; a test compares them with `Settings`."""

    host: str
    port: int
    tls: bool
    tls_ca: Path | str
    tls_cert: Path | str | None
    tls_key: Path | str | None
    issuer: str
    audience: str
    subject: str
    ttl: timedelta | str
    profile: str
    profiles: Mapping[str, Profile] | Path | str
    issuers: Mapping[str, Mapping[str, Any]]
    users: Mapping[str, Mapping[str, Any]]
    clients: Mapping[str, Mapping[str, Any]]
    scopes: Mapping[str, Sequence[str]]
    login: str | None
    public_url: str | None
    browser_url: str | None
    verifier_url: str | None
    keys_dir: Path | str | None
    key_seed: str | None
    algorithms: Sequence[str]
    kids: KidStyle | str | None
    rotation: Rotation
    rotation_factor: float
    keys_max_age: timedelta | str | None
    allow_unmarked_keys: bool
    cors_origins: Sequence[str]
    log_level: LogLevel
    access_log: bool
    admin: bool | None
    admin_token: str | None
    admin_hosts: Sequence[str]
    request_log: int
    workers: int
    replicas: int
    keep_alive: timedelta | str
    request_timeout: timedelta | str
    max_header_bytes: int
    google_project: str
    google_project_number: str
    google_account: str | None
    service_accounts: Sequence[Path | str]
    workload_identity: Mapping[str, Mapping[str, Any]]


def parse_keywords(keywords: Mapping[str, object]) -> Settings:
    """Parse settings that are given as keyword arguments.

    Each value may also be the text of the environment variable: `ttl="90s"`. A setting
    without a default stays unset if its value is None.

    Raises:
        SettingsError: a setting is unknown or invalid; all mistakes are listed.
    """
    unset = {setting.name for setting in SETTINGS if setting.default is None}
    values = {
        name: value
        for name, value in keywords.items()
        if name in _NAMES and not (value is None and name in unset)
    }
    problems = [
        f"{name}: no such setting{suggest_names(name, _NAMES) or f'; known settings: {_LISTED}'}"
        for name in keywords
        if name not in _NAMES
    ]
    if values.get("workers", 1) != 1:
        problems.append(
            "workers: an issuer in a test runs in its process; leave workers out, or run "
            "token-issuer serve --workers N"
        )
    return build_settings(values, _NAMES, problems)
