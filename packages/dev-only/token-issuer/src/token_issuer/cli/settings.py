# DEV-ONLY: never ship to production.
"""The settings of a command, and the URL of the issuer that has these settings."""

import argparse
from typing import Final

from token_issuer.cli.options import collect_overrides
from token_issuer.config.environment import (
    parse_environment,
    read_environment,
    refuse_production,
)
from token_issuer.config.settings import Settings

_WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # translated, not bound


def read_settings(args: argparse.Namespace, *, allow_production: bool = False) -> Settings:
    """Read the settings of a command.

    Raises:
        ProductionEnvironmentError: a variable names a production environment.
        SettingsError: a setting is unknown or invalid; all mistakes are listed.
    """
    options = collect_overrides(args)
    environ, problems = read_environment(args.env_file, options)
    if not allow_production:
        refuse_production(environ)
    return parse_environment(environ, problems, options)


def locate_issuer(url: str | None, settings: Settings) -> str:
    """Return *url*, or if it is None the base URL of an issuer with these settings."""
    if url is not None:
        return url
    host = _WILDCARDS.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
