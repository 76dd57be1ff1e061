# DEV-ONLY: never ship to production.
"""Argument parser whose errors say what to write instead."""

import argparse
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from token_issuer.cli.output.stdout import write_output
from token_issuer.errors import suggest_names

_MAX_SHOWN_CHARACTERS: Final = 40  # too few to show a whole token or private key
# The options whose value is recognised by its shape if the option itself is missing.
_SHAPES: Final = (
    ("--port", re.compile(r"[0-9]{1,5}")),
    ("--url", re.compile(r"https?://.+")),
    ("--keys-dir", re.compile(r"[^=]*/[^=]*")),
)
_Value = TypeVar("_Value")


class Parser(argparse.ArgumentParser):
    """Parser of the command line, of one of its commands, or of an action of a command.

    It differs from `argparse.ArgumentParser` in four ways:

    - An argument after an option is its value even if it begins with one hyphen: `--exp -5m`.
    - Options cannot be abbreviated.
    - Errors name the option, command or choice that was probably meant.
    - Help that cannot be written is an error.

    Attributes:
        parent: The parser that this command belongs to.
        needs_separator: Whether positional arguments must follow `--`, because they are a command
            line with its options.
    """

    def __init__(self, *, parent: "Parser | None" = None, **kwargs: Any) -> None:
        super().__init__(
            **kwargs,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        self.parent = parent
        self.needs_separator = False
        self._subparsers_action: Any = None

    @property
    def options(self) -> Mapping[str, argparse.Action]:
        """Map from each option name to its option; an option may have several names."""
        return self._option_string_actions

    @property
    def commands(self) -> Mapping[str, "Parser"]:
        """The parsers of the commands, by name."""
        return {} if self._subparsers_action is None else self._subparsers_action.choices

    def add_command(self, name: str, *, metavar: str, summary: str) -> "Parser":
        """Add a command, whose name becomes an attribute of the parsed arguments.

        Args:
            name: The name of the command.
            metavar: The name of the argument in help and errors; in lower case, the attribute.
            summary: What it does, for the help.
        """
        if self._subparsers_action is None:
            self._subparsers_action = self.add_subparsers(
                metavar=metavar, dest=metavar.lower(), required=True
            )
        parser: Parser = self._subparsers_action.add_parser(
            name, parent=self, help=summary, description=f"DEV ONLY: {summary}."
        )
        return parser

    def print_help(self, _file: Any = None) -> None:
        """Write the help to standard output.

        Raises:
            OutputError: it cannot be written.
        """
        write_output(self.format_help())

    def parse_known_args(  # type: ignore[override]  # the only caller is argparse
        self, args: Sequence[str], namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse *args*; the parser that finds an unknown argument reports the error."""
        parsed, extra = super().parse_known_args(self._join_values(args), namespace)
        if unknown := [argument for argument in extra if argument != "--"]:
            self.error(self._explain_extra(unknown[0]))
        return parsed, []

    def _join_values(self, arguments: Sequence[str]) -> list[str]:
        """Join each option and its value by `=`, so that the value may begin with a hyphen."""
        joined: list[str] = []
        rest = deque(arguments)
        while rest:
            argument = rest.popleft()
            if argument == "--" or (self.commands and not _is_option(argument)):
                return [*joined, argument, *rest]  # positional arguments, or those of a command
            if self.needs_separator and not _is_option(argument):
                self.error(f"write -- before the command: {self.prog} -- {_quote(argument)}")
            if _is_option(argument):
                option, equals, _ = argument.partition("=")
                if option not in self.options:
                    self.error(self._explain_unknown_option(option, rest))
                if self.options[option].nargs is None and not equals:
                    argument = f"{option}={self._take_value(option, rest)}"
            joined.append(argument)
        return joined

    def _take_value(self, option: str, rest: deque[str]) -> str:
        action = self.options[option]
        name = action.metavar or action.dest.upper()
        if not rest:
            self.error(f"argument {option}: expected a value: {option} {name}")
        if rest[0].startswith("--") or rest[0] in self.options:
            self.error(
                f"argument {option}: expected a value before {_quote(rest[0])}: {option} {name}; a "
                f"value that begins with two hyphens is written {option}={name}"
            )
        return rest.popleft()

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Check a command, or the value of an option, against the choices."""
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        # Suggest options too, for `token-issuer help` and `token-issuer version`.
        others = () if action.option_strings else self.options
        expected = " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))
        hint = suggest_names(value, [*choices, *others], prefix="--")
        message = f"expected {expected}, got {_quote(value)}{hint}"
        raise argparse.ArgumentError(action, message)

    def _explain_unknown_option(self, option: str, rest: Iterable[str]) -> str:
        """Explain where an unknown option belongs, or which option was probably meant."""
        for name in (*rest, *self.commands):
            if name in self.commands and option in self.commands[name].options:
                command = f"{self.commands[name].prog} {option}"
                return f"{option} belongs after {name}: write {command}"
        if self.parent is not None and option in self.parent.options:
            name = self.prog.removeprefix(self.parent.prog).strip()
            return f"{option} belongs before {name}: write {self.parent.prog} {option}"
        message = f"no option is named {_quote(option)}"
        if hint := suggest_names(option, self.options, prefix="--"):
            return f"{message}{hint}"
        if any(not action.option_strings for action in self._actions):
            message += "; write an argument that begins with a hyphen after --"
        return f"{message}; {self.prog} --help lists the options"

    def _explain_extra(self, argument: str) -> str:
        """Explain what to write instead of an unexpected argument."""
        message = f"unexpected argument {_quote(argument)}"
        if self.parent is not None and argument in self.parent.commands:
            command = f"{self.parent.prog} {argument}"
            return f"{message}; a command comes before its options: write {command} first"
        if argument in self.options:
            return f"{message}; options come before --: leave -- out"
        if option := self._guess_option(argument):
            return f"{message} (did you mean {option}?)"
        hint = suggest_names(argument, self.options, prefix="--")
        return f"{message}{hint or f'; {self.prog} --help lists the options'}"

    def _guess_option(self, argument: str) -> str | None:
        """Return the option, with its value, that *argument* was probably meant for."""
        name, equals, value = (part[:_MAX_SHOWN_CHARACTERS] for part in argument.partition("="))
        if equals and f"--{name}" in self.options:
            return f"--{name} {_show(value)}"
        for option, action in self.options.items():
            if action.choices is not None and argument in action.choices:
                return f"{option} {argument}"
        for option, shape in _SHAPES:
            if option in self.options and shape.fullmatch(argument):
                return f"{option} {_show(f'{name}{equals}{value}')}"
        return None


class ShowVersion(argparse.Action):
    """The option `--version`; it imports `importlib.metadata`, which is slow, only when used."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Write the version to standard output, and exit."""
        from importlib.metadata import version  # noqa: PLC0415  # see the class

        write_output(f"token-issuer {version('token-issuer')} (DEV ONLY)\n")
        parser.exit()


def parse_filled(text: str) -> str:
    """Return *text*, which must not be blank."""
    if not text.strip():
        message = "expected a value, got blank text"
        raise argparse.ArgumentTypeError(message)
    return text


def parse_path(text: str) -> Path:
    """Return the path of a file or directory."""
    return Path(parse_filled(text))


def explain_with(parse: Callable[[str], _Value]) -> Callable[[str], _Value]:
    """Wrap *parse* for argparse, so that errors show the message of its `ValueError`."""

    def convert(text: str) -> _Value:
        try:
            return parse(parse_filled(text).strip())
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return convert


def _is_option(argument: str) -> bool:
    return argument.startswith("-") and argument not in {"-", "--"}


def _show(text: str) -> str:
    return text if text.isprintable() and " " not in text else _quote(text)


def _quote(text: str) -> str:
    return repr(text[:_MAX_SHOWN_CHARACTERS])
