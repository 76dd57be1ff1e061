# DEV-ONLY: never ship to production.
"""The settings of a command, and the URL of the issuer that has these settings."""

import argparse

from token_issuer.cli.options import collect_overrides
from token_issuer.config.environment import (
    parse_environment,
    read_environment,
    refuse_production,
)
from token_issuer.config.issuers import derive_settings
from token_issuer.config.settings import SELF, Settings
from token_issuer.errors import InvalidInputError, describe_unknown_name
from token_issuer.server.addresses import format_address, format_local_address, resolve_address


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


def locate_issuer(url: str | None, settings: Settings, name: str | None = None) -> str:
    """Return the base URL of an issuer.

    Args:
        url: The base URL of its process; None for that of a process with these settings.
        settings: The settings of the process.
        name: The name of the issuer; None for the main one.
    """
    if url is None:
        url = format_local_address((settings.host, settings.port), settings.scheme)
    return url if name is None else f"{url}/{name}"


def signs_offline(args: argparse.Namespace, settings: Settings) -> bool:
    """Return whether a command reads the keys itself instead of asking a running issuer."""
    return settings.has_common_keys and args.url is None


def predict_issuer_url(settings: Settings, name: str | None = None) -> str:
    """Return the URL that `serve` with these settings prints, and that `self` stands for.

    Args:
        settings: The settings of the process.
        name: The name of the issuer; None for the main one.

    Raises:
        InvalidInputError: the issuer has no fixed port, or its host has no address.
    """
    if settings.port == 0:
        message = (
            f"TOKEN_ISSUER_ISSUER={SELF}: the issuer has no fixed port; set TOKEN_ISSUER_PORT or "
            "TOKEN_ISSUER_PUBLIC_URL to those of the issuer, or use --url"
        )
        raise InvalidInputError(message, "TOKEN_ISSUER_ISSUER")
    try:
        url = format_address(resolve_address(settings.host, settings.port).address, settings.scheme)
    except (OSError, UnicodeError) as error:
        message = (
            f"TOKEN_ISSUER_HOST: {settings.host[:80]} has no address here; set it as for "
            "the issuer, or use --url"
        )
        raise InvalidInputError(message, "TOKEN_ISSUER_HOST") from error
    return url if name is None else f"{url}/{name}"


def choose_issuer(settings: Settings, name: str | None) -> Settings:
    """Return the settings of the issuer with this *name*; None stands for the main issuer.

    Raises:
        InvalidInputError: *settings* declare no such issuer.
    """
    if name is None:
        return settings
    if name not in settings.issuers:
        problem = describe_unknown_name("issuer", name, settings.issuers)
        message = (
            f"--issuer-name: {problem}; declare it in the profiles file (TOKEN_ISSUER_PROFILES) as "
            f"[issuers.{name[:80]}]"
        )
        raise InvalidInputError(message, "--issuer-name")
    return derive_settings(settings, name)
