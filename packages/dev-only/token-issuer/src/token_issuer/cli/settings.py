# DEV-ONLY: never ship to production.
"""From the command line and the environment to settings, or to a refusal."""

import argparse

from token_issuer.cli.arguments import collect_overrides
from token_issuer.config.environment import (
    parse_environment,
    read_environment,
    refuse_production,
)
from token_issuer.config.settings import Settings


def read_settings(args: argparse.Namespace, *, allow_production: bool = False) -> Settings:
    """Read the settings of a command.

    Raises:
        ProductionEnvironmentError: a variable says production.
        SettingsError: one or more mistakes, all of them listed.
    """
    environ, problems = read_environment(args.env_file, collect_overrides(args))
    if not allow_production:
        refuse_production(environ)
    return parse_environment(environ, problems)
