# DEV-ONLY: never ship to production.
"""Validation of Google's settings: key files of service accounts, workload identity providers.

Every command imports this module, so it imports the standard library only.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from token_issuer.config.address_parsers import parse_url
from token_issuer.config.parsers import split_list

MAX_PROVIDERS: Final = 100
MAX_AUDIENCES: Final = 20
MAX_TEXT_CHARACTERS: Final = 2048
PROVIDER: Final = re.compile(
    r"//iam\.googleapis\.com/projects/[0-9]{1,20}/locations/global/workloadIdentityPools/"
    r"(?P<pool>[a-z0-9-]{1,32})/providers/(?P<provider>[a-z0-9-]{1,32})"
)
"""The audience of a token exchange: the full name of a workload identity provider."""
_EXAMPLE: Final = (
    '[workload_identity."//iam.googleapis.com/projects/123456789012/locations/global/'
    'workloadIdentityPools/dev/providers/staff"]'
)


def parse_key_files(value: object) -> tuple[Path, ...]:
    """Return the paths of key files, and of directories of them."""
    paths = [value] if isinstance(value, Path) else value
    if isinstance(paths, list | tuple):
        paths = [str(path) if isinstance(path, Path) else path for path in paths]
    names = split_list(paths, "key files of service accounts, or directories of them")
    if any(name.startswith("~") for name in names):
        message = "only a shell expands ~: write the whole path of the key file"
        raise ValueError(message)
    return tuple(map(Path, names))


def parse_workload_identity(value: object) -> Mapping[str, Any]:
    """Return the tables of workload identity providers by their full names."""
    if not isinstance(value, Mapping):
        message = f"workload_identity: expected tables such as {_EXAMPLE}"
        raise ValueError(message)  # noqa: TRY004  # the one error of all parsers
    if len(value) > MAX_PROVIDERS:
        message = f"workload_identity: expected at most {MAX_PROVIDERS} tables"
        raise ValueError(message)
    problems = [
        f"workload_identity.{str(name)[:80]}{problem}"
        for name, table in value.items()
        for problem in _find_problems(name, table)
    ]
    if problems:
        raise ValueError("; ".join(problems))
    return value


def _find_problems(name: object, table: object) -> Iterator[str]:
    if not isinstance(name, str) or PROVIDER.fullmatch(name) is None:
        yield f": expected the full name of a provider, as in {_EXAMPLE}"
    if not isinstance(table, Mapping):
        yield ": expected a table"
        return
    for key, value in table.items():
        if key not in _FIELDS:
            yield f".{str(key)[:80]}: unknown; expected {', '.join(_FIELDS)}"
            continue
        expected, accepts = _FIELDS[key]
        if not accepts(value):
            yield f".{key}: expected {expected}"
    if "issuer" not in table:
        yield f".issuer: missing; expected {_FIELDS['issuer'][0]}"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= MAX_TEXT_CHARACTERS


def _is_url(value: object) -> bool:
    try:
        parse_url(value)
    except ValueError:
        return False
    return True


def _is_audiences(value: object) -> bool:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_AUDIENCES:
        return False
    return all(map(_is_text, value))


_FIELDS: Final[Mapping[str, tuple[str, Callable[[object], bool]]]] = {
    "issuer": ("the name of an issuer of this process, or an iss claim", _is_text),
    "jwks_url": ("a URL such as http://other:8080/certs, without a query", _is_url),
    "audiences": (f"a list of 1 to {MAX_AUDIENCES} texts", _is_audiences),
}
"""The expected value of each field, for messages, and its check."""
