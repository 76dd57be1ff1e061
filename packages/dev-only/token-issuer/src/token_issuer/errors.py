# DEV-ONLY: never ship to production.
"""Errors of the issuer: what is wrong, which field or variable, and what to do."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import ClassVar, Final

_FORBIDDEN_IN_DESCRIPTION: Final = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_MAX_DESCRIPTION_CHARACTERS: Final = 600
_MAX_NAME_CHARACTERS: Final = 80
_MAX_SUGGESTIONS: Final = 3
_MIN_RESEMBLANCE: Final = 0.6  # the default of difflib.get_close_matches
_MAX_RESEMBLANCE_GAP: Final = 0.15  # to the closest name; others are not suggested beside it


def describe_unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that no *kind* has this *name*, with `did you mean` for near misses.

    >>> describe_unknown_name("profile", "goggle", ["plain", "google"])
    "no profile is named 'goggle' (did you mean google?)"
    """
    shown = name[:_MAX_NAME_CHARACTERS]
    return f"no {kind} is named '{shown}'{suggest_names(shown, known)}"


def suggest_names(name: str, known: Iterable[str], *, prefix: str = "") -> str:
    """Return ` (did you mean NAME?)` if *known* names resemble *name*, otherwise empty text.

    A known name that differs in upper and lower case only is suggested alone.

    Args:
        name: The unknown name.
        known: The names that exist.
        prefix: Text that many names begin with, such as `--`; the comparison ignores it.

    >>> suggest_names("rs256", ["RS256", "PS256"])
    ' (did you mean RS256?)'
    """
    close = _find_similar_names(name, known, prefix)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def _find_similar_names(name: str, known: Iterable[str], prefix: str) -> list[str]:
    """Return the *known* names that resemble *name* most, the closest first."""

    def simplify(text: str) -> str:
        return text[:_MAX_NAME_CHARACTERS].removeprefix(prefix).casefold()

    wanted = simplify(name)
    ratings: dict[str, float] = {}
    for candidate in known:
        simple = simplify(candidate)
        if simple == wanted and candidate != name:
            return [candidate]
        ratings[candidate] = SequenceMatcher(None, simple, wanted).ratio()
    ratings.pop(name, None)
    least = max(ratings.values(), default=0) - _MAX_RESEMBLANCE_GAP
    close = [other for other in ratings if ratings[other] >= max(least, _MIN_RESEMBLANCE)]
    return sorted(close, key=ratings.__getitem__, reverse=True)[:_MAX_SUGGESTIONS]


def show_path(path: Path) -> str:
    r"""Return *path* for a message of one line, with line breaks and invalid UTF-8 escaped.

    >>> print(show_path(Path("keys\\nof alice")))
    keys\nof alice
    """
    return _escape(str(path))


def _escape(text: str) -> str:
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


class TokenIssuerError(Exception):
    """Base of all errors whose message is meant for a person.

    Attributes:
        code: A stable name for programs.
        exit_code: The exit code of the command.
    """

    code: ClassVar[str] = "token_issuer"
    exit_code: ClassVar[int] = 1


class SettingsError(TokenIssuerError):
    """Settings are invalid; all of them are reported together.

    Attributes:
        problems: One sentence for each invalid setting, beginning with the variable's name.
    """

    code = "settings"
    exit_code = 2

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(map(_escape, problems))
        super().__init__("\n".join(self.problems))


class ProductionEnvironmentError(TokenIssuerError):
    """An environment variable names a production environment.

    Attributes:
        variable: The name of the variable.
    """

    code = "production_environment"

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(
            f"refusing to run in production: {reason}. The token issuer is dev-only: point the "
            f"service at your real issuer, or correct {variable} if this is not production"
        )
        self.variable = variable


class KeyDirectoryError(TokenIssuerError):
    """The key directory cannot be used; nothing in it was changed.

    Attributes:
        path: The file or directory that is wrong.
    """

    code = "key_directory"

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{show_path(path)}: {problem}")
        self.path = path


class UnsuitableFileError(KeyDirectoryError):
    """A path of the key directory is not a key file, but a FIFO, a directory or a broken link."""

    code = "unsuitable_file"
    exit_code = 2


class UnmarkedKeyError(KeyDirectoryError):
    """A key has no dev watermark, so it may be a production key."""

    code = "unmarked_key"


class WorkerError(TokenIssuerError):
    """A worker process failed to start or ended unexpectedly; the others were stopped."""

    code = "worker"


class AddressError(TokenIssuerError):
    """The address to listen on is in use or does not exist."""

    code = "address"


class CertificateError(TokenIssuerError):
    """A certificate or key for TLS cannot be used, or the CA file cannot be written.

    Attributes:
        path: The file that is wrong.
    """

    code = "certificate"
    exit_code = 2

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{show_path(path)}: {problem}")
        self.path = path


class ApplicationError(TokenIssuerError):
    """The web application could not be built; the server has stopped."""

    code = "application"

    def __init__(self, error: BaseException) -> None:
        super().__init__(
            f"cannot build the web application: {type(error).__name__}: {error}; reinstall "
            "token-issuer with its dependencies"
        )


class OutputError(TokenIssuerError):
    """The result of a command cannot be written to standard output or to a file."""

    code = "output"


class RemoteIssuerError(TokenIssuerError):
    """A running issuer cannot be reached, or it responds to a request with an error."""

    code = "remote_issuer"


class UntrustedServerError(RemoteIssuerError):
    """The certificate of an HTTPS server is not trusted, or has another name."""

    code = "untrusted_server"

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(
            f"{host}: {problem}; set TOKEN_ISSUER_TLS_CA to the file of its CA, or check the name"
        )


class RejectedRequestError(RemoteIssuerError):
    """A running issuer rejects a request: it is invalid (400), or names an unknown key (404)."""

    code = "rejected_request"
    exit_code = 2


class ProbeError(TokenIssuerError):
    """A probe cannot start or continue; the message says why, and what to do."""

    code = "probe"
    exit_code = 2


class FrontError(TokenIssuerError):
    """The proxy for Google's names cannot start; the message says why, and what to do."""

    code = "front"
    exit_code = 2


class AuthorityExpiredError(TokenIssuerError):
    """The CA of the proxy for Google's names has expired, so clients reject the proxy."""

    code = "authority_expired"

    def __init__(self) -> None:
        super().__init__("the CA has expired after a day; start the proxy and its clients again")


class CommandError(TokenIssuerError):
    """A command cannot be started; the exit code is that of the shell in the same case."""

    code = "command"

    def __init__(self, description: str, exit_code: int) -> None:
        super().__init__(description)
        self.exit_code = exit_code  # type: ignore[misc]  # 126 or 127


class BrowserError(TokenIssuerError):
    """The browser of a test cannot go on; the message says why, and what to do."""

    code = "browser"


class InvalidInputError(TokenIssuerError):
    """A value from a caller is invalid: a field of a request, an option or an argument.

    Attributes:
        fields: The names of the invalid fields.
    """

    code = "invalid_input"
    exit_code = 2

    def __init__(self, description: str, *fields: str) -> None:
        super().__init__(description)
        self.fields = fields


class TokenRequestError(InvalidInputError):
    """A token request is invalid or cannot be met.

    The message becomes `error_description`: characters that RFC 6749 §5.2 forbids are replaced,
    and it is cut to 600 characters.

    Attributes:
        error: The error code of RFC 6749 §5.2.
    """

    code = "token_request"

    def __init__(self, description: str, *fields: str, error: str = "invalid_request") -> None:
        text = _FORBIDDEN_IN_DESCRIPTION.sub("?", description.replace('"', "'"))
        super().__init__(text[:_MAX_DESCRIPTION_CHARACTERS], *fields)
        self.error = error


class GoogleApiError(InvalidInputError):
    """A request to an API of Google is rejected.

    Attributes:
        status: The HTTP status.
    """

    code = "google_api"

    def __init__(self, status: int, description: str, *fields: str) -> None:
        super().__init__(description, *fields)
        self.status = status
