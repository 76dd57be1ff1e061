# DEV-ONLY: never ship to production.
"""What one field of `Settings` says about itself: default, parser, help, variable, option."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeVar, cast

from token_issuer.timing.durations import format_duration

PREFIX: Final = "TOKEN_ISSUER_"
_METADATA_KEY: Final = "setting"
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting, under the names that each of its sources gives it.

    Attributes:
        name: Its field in `Settings`, and its keyword argument in Python.
        default: Its value if no source sets it.
        parse: Returns its value from text or from a Python value. The `ValueError` for an invalid
            one says what was expected.
        summary: What it is for, as help and documentation say it.
        default_note: What the default means, in addition to its value or in place of it.
        metavar: Placeholder for the value of its command-line option; None: it has no option.
        own_variable: Its environment variable, if the name does not follow from *name*.
        is_secret: Its value must not be shown.
    """

    name: str
    default: object
    parse: Callable[[object], object]
    summary: str
    default_note: str = ""
    metavar: str | None = None
    own_variable: str | None = None
    is_secret: bool = False

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return self.own_variable or f"{PREFIX}{self.name.upper()}"

    @property
    def option(self) -> str | None:
        """Its command-line option, if it has one."""
        return None if self.metavar is None else f"--{self.name.replace('_', '-')}"

    @property
    def default_text(self) -> str:
        """Its default, as help and documentation show it; empty: nothing is set."""
        return "; ".join(filter(None, (_format(self.default), self.default_note)))

    @property
    def help(self) -> str:
        """What it is for, and its default."""
        if not self.default_text:
            return self.summary
        colon = "" if _format(self.default) else ":"
        return f"{self.summary} (default{colon} {self.default_text})"


def setting(
    default: _Value,
    parse: Callable[[object], _Value],
    summary: str,
    *,
    default_note: str = "",
    metavar: str | None = None,
    variable: str | None = None,
    is_secret: bool = False,
) -> _Value:
    """Return the dataclass field of a setting; see `Setting` for the arguments."""
    description = partial(
        Setting,
        default=default,
        parse=parse,
        summary=summary,
        default_note=default_note,
        metavar=metavar,
        own_variable=variable,
        is_secret=is_secret,
    )
    declared: Any = field(
        default_factory=lambda: default,
        repr=not is_secret,
        metadata={_METADATA_KEY: description},
    )
    return cast("_Value", declared)


def list_settings(declaring: type) -> tuple[Setting, ...]:
    """Return the settings that the dataclass *declaring* declares, in their order."""
    return tuple(
        declared.metadata[_METADATA_KEY](name=declared.name)
        for declared in fields(declaring)
        if _METADATA_KEY in declared.metadata
    )


def _format(value: object) -> str:
    match value:
        case None | Mapping():
            return ""
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case timedelta():
            return format_duration(value)
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)
