# DEV-ONLY: never ship to production.
"""The profiles file: profiles, further issuers, users, clients, scopes and more, in TOML.

It is validated completely before the issuer starts.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from token_issuer.config.choices import ALGORITHMS
from token_issuer.config.json_values import is_json
from token_issuer.config.profiles import BUILT_IN, Profile
from token_issuer.input_files import read_text_input
from token_issuer.timing.durations import parse_ttl

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_KINDS: Final[Mapping[type, str]] = {str: "text", list: "a list", dict: "a table"}
_EXAMPLES: Final = "[profiles.staff], [issuers.staff], [users.alice], [clients.app] or [scopes]"
_KEYS: Final[Mapping[str, type]] = {
    "extends": str,
    "ttl": str,
    "alg": str,
    "omit": list,
    "claims": dict,
}

OTHER_TABLES: Final = ("issuers", "users", "clients", "scopes", "workload_identity")
"""The settings that a profiles file may contain, besides the profiles."""


class ProfileFile(NamedTuple):
    """The content of a profiles file.

    Attributes:
        profiles: The profiles by name; empty if the file has mistakes.
        tables: The other tables of the file, as they are in it: those of `OTHER_TABLES`.
        problems: The mistakes in everything except these tables.
    """

    profiles: Mapping[str, Profile]
    tables: Mapping[str, object]
    problems: Sequence[str]


def read_profile_file(path: Path) -> ProfileFile:
    """Read *path*, which may be a pipe: it is read only once."""
    try:
        document = _read_document(path)
    except ValueError as error:
        return ProfileFile({}, {}, [str(error)])
    problems = list(_find_problems(document))
    profiles = {} if problems else document.get("profiles", {})
    return ProfileFile(
        {name: _build(name, table) for name, table in profiles.items()},
        {name: document[name] for name in OTHER_TABLES if name in document},
        problems,
    )


def _read_document(path: Path) -> dict[str, Any]:
    try:
        text = read_text_input(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        message = f"cannot be read: {reason}; expected a TOML file of profiles"
        raise ValueError(message) from error
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"not TOML: {error}"
        raise ValueError(message) from error


def _build(name: str, table: Mapping[str, Any]) -> Profile:
    base = BUILT_IN[table.get("extends", "plain")]
    claims = table.get("claims", {})
    return replace(
        base,
        name=name,
        claims={**base.claims, **claims},
        omit=base.omit - set(claims) | frozenset(table.get("omit", ())),
        ttl=parse_ttl(table["ttl"]) if "ttl" in table else base.ttl,
        alg=table.get("alg", base.alg),
    )


def _find_problems(document: Mapping[str, Any]) -> Iterator[str]:
    for name in document:
        if name not in {"profiles", *OTHER_TABLES}:
            yield f"{name[:80]}: unknown; expected tables such as {_EXAMPLES}"
    if not any(document.values()):
        yield f"profiles: expected at least one table such as {_EXAMPLES}"
    for name in ("profiles", "issuers"):
        if not isinstance(document.get(name, {}), dict):
            yield f"{name}: expected tables such as [{name}.staff]"
            return
    for name, table in document.get("profiles", {}).items():
        for problem in _find_profile_problems(name, table):
            yield f"profiles.{name[:80]}{problem}"


def _find_profile_problems(name: str, table: object) -> Iterator[str]:
    if name in BUILT_IN:
        yield f': is a built-in profile; choose another name, with extends = "{name}"'
    if _NAME.fullmatch(name) is None:
        yield ": expected a name of lower-case letters, digits, - and _"
    if not isinstance(table, dict):
        yield ": expected a table"
        return
    for key, value in table.items():
        if key not in _KEYS:
            yield f".{key[:80]}: unknown; expected {', '.join(_KEYS)}"
        elif not isinstance(value, _KEYS[key]):
            yield f".{key}: expected {_KINDS[_KEYS[key]]}"
        else:
            yield from (f".{key}{problem}" for problem in _CHECKS[key](value))


def _check_base(value: str) -> Iterator[str]:
    if value not in BUILT_IN:
        yield f": no built-in profile is named {value[:80]!r}; expected {' or '.join(BUILT_IN)}"


def _check_algorithm(value: str) -> Iterator[str]:
    if value not in ALGORITHMS:
        yield f": {value[:80]!r} is not supported; expected one of {', '.join(ALGORITHMS)}"


def _check_ttl(value: str) -> Iterator[str]:
    try:
        parse_ttl(value)
    except ValueError as error:
        yield f": {error}"


def _check_omitted(value: list[Any]) -> Iterator[str]:
    if not all(isinstance(name, str) for name in value):
        yield ": expected names of claims"


def _check_claims(claims: Mapping[str, Any]) -> Iterator[str]:
    for name, value in claims.items():
        if not is_json(value):
            yield f".{name[:80]}: not a JSON value; write a date as text or as a number"
        elif name in _REGISTERED and not _REGISTERED[name](value):
            yield f".{name}: wrong type for this claim (RFC 7519 §4.1)"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_audience(value: Any) -> bool:
    return _is_text(value) or (isinstance(value, list) and all(map(_is_text, value)))


def _is_numeric_date(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_REGISTERED: Final[Mapping[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(("iss", "sub", "jti"), _is_text),
    **dict.fromkeys(("exp", "nbf", "iat"), _is_numeric_date),
    "aud": _is_audience,
}
_CHECKS: Final[Mapping[str, Callable[[Any], Iterator[str]]]] = {
    "extends": _check_base,
    "ttl": _check_ttl,
    "alg": _check_algorithm,
    "omit": _check_omitted,
    "claims": _check_claims,
}
