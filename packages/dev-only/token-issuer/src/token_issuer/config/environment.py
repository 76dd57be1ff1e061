# DEV-ONLY: never ship to production.
"""Settings from an env file, the environment of the process, and command-line options."""

import os
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from proxy_guard.environment import classify

from token_issuer.config.declaration import PREFIX
from token_issuer.config.settings import SETTINGS, Settings
from token_issuer.config.validation import build_settings
from token_issuer.errors import ProductionEnvironmentError, suggest_names

_NAMES: Final[Mapping[str, str]] = {
    setting.name: setting.variable for setting in SETTINGS if setting.variable
}
_LISTED: Final = ", ".join(_NAMES.values())

# Kubernetes and Docker links inject these variables for a service named token-issuer. They also
# inject TOKEN_ISSUER_PORT, which is recognised by its value, such as tcp://10.0.0.1:8081.
_INJECTED_NAME: Final = re.compile(
    rf"{PREFIX}(SERVICE_(HOST|PORT(_.+)?)|PORT_\d+_(TCP|UDP|SCTP)(_.+)?|NAME|ENV_.+)"
)
_INJECTED_PORT: Final = re.compile(r"(tcp|udp|sctp)://.+")


def read_environment(
    env_file: Path | None = None, overrides: Mapping[str, str] | None = None
) -> tuple[dict[str, str], list[str]]:
    """Merge variables: the environment overrides the env file, and the command line overrides both.

    Blank variables are ignored, so that `NODE_ENV=` does not override the env file.

    Returns:
        The variables, and the mistakes in the env file.
    """
    from_file: dict[str, str] = {}
    problems: list[str] = []
    if env_file is not None:
        # Imported here, because most commands, such as health checks, have no env file.
        from token_issuer.config.env_file import read_env_file  # noqa: PLC0415

        from_file, problems = read_env_file(env_file)
    merged: dict[str, str] = {}
    for source in (from_file, os.environ, overrides or {}):
        merged |= {name: value for name, value in source.items() if value.strip()}
    return merged, problems


def copy_environment() -> dict[str, str]:
    """Return the variables of this process as they are, for a process that it starts."""
    return dict(os.environ)


def refuse_production(environ: Mapping[str, str]) -> None:
    """Raise an error if a variable names a production environment.

    The guard of the proxy assumes production unless a variable names another environment. The
    issuer does not, because it must start on a laptop where no such variable is set.

    Raises:
        ProductionEnvironmentError: a variable names a production environment.
    """
    environment = classify(environ)
    if environment.is_production and environment.variable is not None:
        raise ProductionEnvironmentError(environment.variable, environment.reason)


def parse_environment(
    environ: Mapping[str, str], problems: Sequence[str] = (), options: Container[str] = ()
) -> Settings:
    """Parse the settings in *environ*; blank variables are ignored.

    Args:
        environ: The variables.
        problems: Mistakes found earlier, which are reported as well.
        options: The variables that command-line options have set; errors name the options.

    Raises:
        SettingsError: a variable is unknown or invalid; all mistakes are listed.
    """
    values = {
        setting.name: text
        for setting in SETTINGS
        if (text := environ.get(setting.variable, "").strip())
        and not _is_injected(setting.variable, text)
    }
    names = {
        setting.name: (setting.variable in options and setting.option) or setting.variable
        for setting in SETTINGS
    }
    return build_settings(values, names, [*problems, *_find_unknown_variables(environ)])


def _is_injected(name: str, value: str) -> bool:
    if name == f"{PREFIX}PORT":
        return _INJECTED_PORT.fullmatch(value) is not None
    return _INJECTED_NAME.fullmatch(name) is not None


def _find_unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    for name, value in sorted(environ.items()):
        if name in _NAMES.values() or _is_injected(name, value):
            continue
        hint = suggest_names(name, _NAMES.values(), prefix=PREFIX)
        if name.startswith(PREFIX):
            yield f"{name}: no such variable{hint or f'; known variables: {_LISTED}'}"
        elif name.startswith("PERSIST_KEY") and _NAMES["keys_dir"] in hint:
            yield f"{name}: no such variable{hint}"
