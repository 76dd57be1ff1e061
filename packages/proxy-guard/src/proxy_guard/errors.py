"""Errors of the guard. Each has a stable `code`; no message repeats the value of a variable."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import ClassVar

    from proxy_guard.findings import Finding


class ProxyGuardError(Exception):
    """Base of all errors of this package.

    Attributes:
        code: Stable identifier in snake case.
    """

    code: ClassVar[str] = "proxy_guard"


class GuardRefusedError(ProxyGuardError):
    """Production would trust the dev-only token issuer or a key whose private half is public.

    `str()` returns the report.

    Attributes:
        findings: The reasons; never empty.
    """

    code = "refused"

    def __init__(self, findings: tuple[Finding, ...], rendered_report: str) -> None:
        super().__init__(rendered_report)
        self.findings = findings


class EnvFileError(ProxyGuardError):
    """An env file cannot be read or is invalid.

    Attributes:
        path: The file.
        line: The number of the invalid line, from 1; None if the error concerns the whole file.
    """

    code = "env_file"

    def __init__(self, path: Path, reason: str, *, line: int | None = None) -> None:
        where = f"{path}, line {line}" if line else str(path)
        super().__init__(f"env file {where}: {reason}")
        self.path = path
        self.line = line


class ConflictingVariableError(ProxyGuardError):
    """The env file and the environment set a variable that the guard checks to different values.

    Attributes:
        variable: The name of the variable.
    """

    code = "conflicting_variable"

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"{variable} has one value in the env file and another in the environment, so it is "
            "unclear which one the proxy will use: remove one of them"
        )
        self.variable = variable


class CommandError(ProxyGuardError):
    """The command of `proxy-guard exec` cannot be started.

    Attributes:
        exit_code: The exit code of shells: 127 not found, 126 found but not executable.
    """

    code = "command"

    def __init__(self, command: str, reason: str, *, exit_code: int) -> None:
        super().__init__(f"cannot start {command!r}: {reason}")
        self.exit_code = exit_code
