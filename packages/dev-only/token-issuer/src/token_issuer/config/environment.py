# DEV-ONLY: never ship to production.
"""Settings from environment variables: those of an env file, of the process, and of options."""

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

_NAMES: Final[Mapping[str, str]] = {setting.name: setting.variable for setting in SETTINGS}
_LISTED: Final = ", ".join(_NAMES.values())

# What Kubernetes and Docker links put into every container beside a service named token-issuer.
# TOKEN_ISSUER_PORT=tcp://… is theirs too, and is told apart by its value.
_INJECTED_NAME: Final = re.compile(
    rf"{PREFIX}(SERVICE_(HOST|PORT(_.+)?)|PORT_\d+_(TCP|UDP|SCTP)(_.+)?|NAME|ENV_.+)"
)
_INJECTED_PORT: Final = re.compile(r"(tcp|udp|sctp)://.+")


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


def refuse_production(environ: Mapping[str, str]) -> None:
    """Raise an error in an environment that calls itself production.

    The guard of the proxy assumes production if no variable says otherwise. The issuer must start
    on a bare laptop, so it requires a variable that says production.

    Raises:
        ProductionEnvironmentError: a variable names an environment that counts as production.
    """
    environment = classify(environ)
    if environment.is_production and environment.variable is not None:
        raise ProductionEnvironmentError(environment.variable, environment.reason)


def parse_environment(
    environ: Mapping[str, str], problems: Sequence[str] = (), options: Container[str] = ()
) -> Settings:
    """Return the settings that variables ask for; a blank variable counts as unset.

    Args:
        environ: The variables.
        problems: Mistakes found while *environ* was put together, to be reported too.
        options: The variables that command-line options have set; errors name the options.

    Raises:
        SettingsError: one or more mistakes, all of them listed.
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
            yield f"{name}: no such variable{hint or f'; known are {_LISTED}'}"
        elif name.startswith("PERSIST_KEY") and _NAMES["keys_dir"] in hint:
            yield f"{name}: no such variable{hint}"
