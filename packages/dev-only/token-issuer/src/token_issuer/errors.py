# DEV-ONLY: never ship to production.
"""Every error of the issuer: what is wrong, where, and what to do about it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

_FORBIDDEN_IN_DESCRIPTION: Final = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_MAX_DESCRIPTION_CHARACTERS: Final = 600


class TokenIssuerError(Exception):
    """Base of all errors that are explained to a person.

    Attributes:
        code: A stable name for programs.
        exit_code: What the command ends with.
    """

    code: ClassVar[str] = "token_issuer"
    exit_code: ClassVar[int] = 1


class SettingsError(TokenIssuerError):
    """The settings hold mistakes; all of them are reported together.

    Attributes:
        problems: One sentence for each mistake, beginning with the variable's name.
    """

    code = "settings"
    exit_code = 2

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class ProductionEnvironmentError(TokenIssuerError):
    """The environment says that it is production.

    Attributes:
        variable: The variable that says so.
    """

    code = "production_environment"

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(
            f"refusing to run in production: {reason}. The token issuer is dev-only: point the "
            f"service at your real issuer, or correct {variable} if this is not production"
        )
        self.variable = variable


class KeyDirectoryError(TokenIssuerError):
    """The key directory cannot be used as it is; nothing in it was changed.

    Attributes:
        path: The offending file or directory.
    """

    code = "key_directory"

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path


class UnmarkedKeyError(KeyDirectoryError):
    """A key without the dev watermark: it may be a real one."""

    code = "unmarked_key"


class WorkerError(TokenIssuerError):
    """One of several processes could not be started or ended by itself; the others were stopped."""

    code = "worker"


class AddressError(TokenIssuerError):
    """The address to listen on is taken or does not exist."""

    code = "address"


class ApplicationError(TokenIssuerError):
    """The web application could not be built, so the server has stopped."""

    code = "application"

    def __init__(self, error: BaseException) -> None:
        super().__init__(
            f"cannot build the web application: {type(error).__name__}: {error}; install "
            "token-issuer again, with the dependencies that it names"
        )


class OutputError(TokenIssuerError):
    """What was asked for cannot be written to standard output."""

    code = "output"


class RemoteIssuerError(TokenIssuerError):
    """A running issuer cannot be reached, or it refused the request."""

    code = "remote_issuer"


class InvalidInputError(TokenIssuerError):
    """A value from a caller is invalid: a field of a request, an option, an argument.

    Attributes:
        fields: The names of the invalid fields.
    """

    code = "invalid_input"
    exit_code = 2

    def __init__(self, description: str, *fields: str) -> None:
        super().__init__(description)
        self.fields = fields


class TokenRequestError(InvalidInputError):
    """A token request is rejected.

    The text becomes `error_description`, so characters that RFC 6749 §5.2 forbids there are
    replaced and long input is cut.

    Attributes:
        error: The error code of RFC 6749 §5.2.
    """

    code = "token_request"

    def __init__(self, description: str, *fields: str, error: str = "invalid_request") -> None:
        text = _FORBIDDEN_IN_DESCRIPTION.sub("?", description.replace('"', "'"))
        super().__init__(text[:_MAX_DESCRIPTION_CHARACTERS], *fields)
        self.error = error
