# DEV-ONLY: never ship to production.
"""Declaration of a setting: its default, parser, help, environment variable and option."""

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
    """One setting, and its name in each source.

    Attributes:
        name: The field of `Settings`, and the keyword argument in Python.
        default: The value if no source sets one.
        parse: Converts text or a Python value to the value. For invalid input it raises a
            `ValueError` that says what was expected.
        summary: What the setting is for, in help and documentation.
        default_note: Text that help shows after the default value, or alone if there is no default.
        metavar: Placeholder for the value of the command-line option; None if there is no option.
        own_variable: The environment variable, if its name does not follow from *name*; empty if
            there is none.
        is_secret: Whether the value must not be shown.
        is_per_issuer: Whether the issuers of a process may have different values.
    """

    name: str
    default: object
    parse: Callable[[object], object]
    summary: str
    default_note: str = ""
    metavar: str | None = None
    own_variable: str | None = None
    is_secret: bool = False
    is_per_issuer: bool = False

    @property
    def variable(self) -> str:
        """The environment variable; empty if there is none."""
        if self.own_variable is not None:
            return self.own_variable
        return f"{PREFIX}{self.name.upper()}"

    @property
    def option(self) -> str | None:
        """The command-line option, if there is one."""
        return None if self.metavar is None else f"--{self.name.replace('_', '-')}"

    @property
    def default_text(self) -> str:
        """The default, as help and documentation show it; empty if there is none."""
        return "; ".join(filter(None, (_format(self.default), self.default_note)))

    @property
    def help(self) -> str:
        """The summary and the default, as help and documentation show them."""
        if not self.default_text:
            return self.summary
        colon = "" if _format(self.default) else ":"
        return f"{self.summary} (default{colon} {self.default_text})"


def setting(  # noqa: PLR0913  # named parts of a declaration
    default: _Value,
    parse: Callable[[object], _Value],
    summary: str,
    *,
    default_note: str = "",
    metavar: str | None = None,
    variable: str | None = None,
    is_secret: bool = False,
    is_per_issuer: bool = False,
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
        is_per_issuer=is_per_issuer,
    )
    declared: Any = field(
        default_factory=lambda: default,
        repr=not is_secret,
        metadata={_METADATA_KEY: description},
    )
    return cast("_Value", declared)


def list_settings(declaring: type) -> tuple[Setting, ...]:
    """Return the settings of the dataclass *declaring*: its own first, then those of its bases."""
    declared = {field.name: field.metadata for field in fields(declaring)}
    names = (name for kind in declaring.__mro__ for name in vars(kind).get("__annotations__", ()))
    return tuple(
        declared[name][_METADATA_KEY](name=name)
        for name in names
        if _METADATA_KEY in declared.get(name, ())
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
            return ", ".join(map(str, value))
        case _:
            return str(value)
