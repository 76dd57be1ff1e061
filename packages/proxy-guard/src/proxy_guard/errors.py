"""The errors of the guard: one base class, a stable `code` each, and never a value in a message."""

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
    """Production was about to trust the dev-only token issuer, or a key that anybody has.

    Attributes:
        findings: What was found, never empty. `str()` is the report.
    """

    code = "refused"

    def __init__(self, findings: tuple[Finding, ...], rendered_report: str) -> None:
        super().__init__(rendered_report)
        self.findings = findings


class EnvFileError(ProxyGuardError):
    """An env file that cannot be read or understood.

    Attributes:
        path: The file.
        line: Number of the offending line, from 1; None when it is not about one line.
    """

    code = "env_file"

    def __init__(self, path: Path, reason: str, *, line: int | None = None) -> None:
        where = f"{path}, line {line}" if line else str(path)
        super().__init__(f"env file {where}: {reason}")
        self.path = path
        self.line = line


class ConflictingVariableError(ProxyGuardError):
    """A variable the verdict depends on has one value in the env file, another in the environment.

    Attributes:
        variable: Its name.
    """

    code = "conflicting_variable"

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"{variable} has one value in the env file and another in the environment, so it is "
            "unclear which one the proxy will get: remove it from one of them"
        )
        self.variable = variable


class CommandError(ProxyGuardError):
    """The command of `proxy-guard exec` cannot be started.

    Attributes:
        exit_code: As shells have it: 127 not found, 126 found but not executable.
    """

    code = "command"

    def __init__(self, command: str, reason: str, *, exit_code: int) -> None:
        super().__init__(f"cannot start {command!r}: {reason}")
        self.exit_code = exit_code
