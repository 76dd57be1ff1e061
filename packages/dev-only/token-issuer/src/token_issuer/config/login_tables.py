# DEV-ONLY: never ship to production.
"""Validation of tables of users, clients and scopes: of the profiles file, of Python and `/admin`.

Every command imports this module, so it imports the standard library only.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from token_issuer.config.json_values import count_json_characters, is_json

MAX_ENTRIES: Final = 1000
"""The maximum number of users of an issuer, and of its clients."""
MAX_CLAIMS_CHARACTERS: Final = 2048
"""The claims of a user or client, as JSON: a token contains both, and has at most 16 KiB."""
MAX_NAME_CHARACTERS: Final = 254

DEFAULT_USERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "alice": {},
    "bob": {},
    "carol": {"email_verified": False},
}
"""The users of an issuer that declares none."""

ISSUER_CLAIMS: Final = frozenset({
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "nonce", "auth_time", "at_hash",
    "c_hash", "sid", "client_id", "scope", "active", "token_type", "username",
})  # fmt: skip
"""The claims that the issuer sets itself."""

DEFAULT_CLAIMS: Final = (
    "name", "given_name", "family_name", "preferred_username", "email", "email_verified",
    "picture", "hd",
)  # fmt: skip
"""The claims that a user may have by default; the last two are those of Google."""

_USER_NAME: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._+@-]{{0,{MAX_NAME_CHARACTERS - 1}}}")
_VISIBLE: Final = re.compile(r"[\x21-\x7e]{1,255}")
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}")
_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:[!$-;=?-\[\]_a-zA-Z~]+")
ACTIVE_SCHEMES: Final = frozenset({"about", "blob", "data", "file", "javascript", "vbscript"})
"""Schemes whose URIs would run or show the parameters that a redirect adds."""
_URI_FIELDS: Final = ("redirect_uris", "post_logout_redirect_uris")
_URI_TEXT: Final = "an absolute URI without credentials, fragment and wildcard host"

Problems = Iterator[str]


def parse_users(value: object) -> Mapping[str, Any]:
    """Return the tables of users by name.

    An empty *value* means the default users.
    """
    users = _parse_tables(value, "users", "tables such as [users.alice]", find_user_problems)
    return users or DEFAULT_USERS


def parse_clients(value: object) -> Mapping[str, Any]:
    """Return the tables of clients by client id."""
    return _parse_tables(value, "clients", "tables such as [clients.app]", find_client_problems)


def parse_scopes(value: object) -> Mapping[str, Any]:
    """Return the claims that each scope releases."""
    expected = 'a table such as [scopes] with groups = ["groups"]'
    return _parse_tables(value, "scopes", expected, find_scope_problems)


def find_user_problems(name: object, table: object) -> Problems:
    """Yield the problems of the table of a user: of the claims, `sub` and `omit`.

    Each problem begins with the part of the table that it is about, such as `.email: `.
    """
    if not is_user_name(name):
        yield ": expected a name of letters, digits and . _ + @ -, with a letter or digit first"
    if not isinstance(table, Mapping):
        yield ": expected a table of claims"
        return
    claims = dict(table)
    if not is_visible(claims.pop("sub", "x")):
        yield ".sub: expected 1 to 255 visible ASCII characters"
    if not _is_list(claims.pop("omit", []), lambda item: item in DEFAULT_CLAIMS):
        yield f".omit: expected a list of default claims: {', '.join(DEFAULT_CLAIMS)}"
    yield from find_claims_problems(claims)


def find_client_problems(name: object, table: object) -> Problems:
    """Yield the problems of the table of a client, as `find_user_problems` does."""
    if not is_visible(name):
        yield ": expected a client id of 1 to 255 visible ASCII characters"
    if not isinstance(table, Mapping):
        yield ": expected a table"
        return
    for key, value in table.items():
        if key not in _CLIENT_FIELDS:
            yield f".{str(key)[:80]}: unknown; expected {', '.join(_CLIENT_FIELDS)}"
            continue
        expected, accepts = _CLIENT_FIELDS[key]
        if not accepts(value):
            yield f".{key}: expected {expected}"
        elif key == "claims":
            yield from (f".claims{problem}" for problem in find_claims_problems(value))
        elif key in _URI_FIELDS:
            wrong = (number for number, uri in enumerate(value, 1) if not _is_redirect_uri(uri))
            yield from (f".{key}: entry {number}: expected {_URI_TEXT}" for number in wrong)


def find_scope_problems(name: object, claims: object) -> Problems:
    """Yield the problems of the claims that a scope releases."""
    if not isinstance(name, str) or _SCOPE.fullmatch(name) is None:
        yield ": expected a scope of visible ASCII characters without quotes and backslashes"
    if not _is_list(claims, lambda item: isinstance(item, str) and bool(item)):
        yield ": expected a list of names of claims"


def find_claims_problems(claims: Mapping[Any, Any]) -> Problems:
    """Yield the problems of the claims of a user, a client or a login."""
    for name, value in claims.items():
        label = f".{str(name)[:80]}"
        if name in ISSUER_CLAIMS:
            yield f"{label}: is set by the issuer; choose another claim"
        elif not isinstance(name, str) or not name or not is_json(value):
            yield f"{label}: expected a JSON value other than null; a date is text or a number"
        elif name.endswith("_verified") and not isinstance(value, bool):
            yield f"{label}: expected true or false"
        elif name in {"email", "name"} and not (isinstance(value, str) and value):
            yield f"{label}: expected text"
    if count_json_characters(claims) > MAX_CLAIMS_CHARACTERS:
        yield f": expected at most {MAX_CLAIMS_CHARACTERS} characters of JSON"


def is_user_name(name: object) -> bool:
    """Tell whether *name* may be the name of a user."""
    return isinstance(name, str) and _USER_NAME.fullmatch(name) is not None


def _parse_tables(
    value: object,
    key: str,
    expected: str,
    find_problems: Callable[[object, object], Problems],
) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        message = f"{key}: expected {expected}"
        raise ValueError(message)  # noqa: TRY004  # the one error of all parsers
    if len(value) > MAX_ENTRIES:
        message = f"{key}: expected at most {MAX_ENTRIES}"
        raise ValueError(message)
    problems = [
        f"{key}.{str(name)[:80]}{problem}"
        for name, table in value.items()
        for problem in find_problems(name, table)
    ]
    if key == "users":
        problems += _find_shared_subjects(value)
    if problems:
        raise ValueError("; ".join(problems))
    return value


def _find_shared_subjects(users: Mapping[Any, Any]) -> Problems:
    names: dict[Any, Any] = {}
    for name, table in users.items():
        subject = table.get("sub", name) if isinstance(table, Mapping) else name
        other = names.setdefault(str(subject), name)
        if other != name:
            yield f"users.{str(name)[:80]}.sub: {str(other)[:80]} has the same sub; choose another"


def is_visible(value: object) -> bool:
    """Tell whether *value* is text of 1 to 255 visible ASCII characters, such as a client id."""
    return isinstance(value, str) and _VISIBLE.fullmatch(value) is not None


def _is_list(value: object, accepts: Callable[[object], bool]) -> bool:
    return isinstance(value, list | tuple) and all(map(accepts, value))


def _is_redirect_uri(value: object) -> bool:
    """Tell whether *value* is an absolute URI to which a browser may go, see `_URI_TEXT`.

    A path or query with an asterisk is compared as it is.
    """
    if not isinstance(value, str) or _URI.fullmatch(value) is None:
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    if parts.scheme in {"http", "https"}:
        return bool(parts.hostname) and not {"@", "*"}.intersection(parts.netloc)
    return parts.scheme not in ACTIVE_SCHEMES


_CLIENT_FIELDS: Final[Mapping[str, tuple[str, Callable[[object], bool]]]] = {
    "secret": ("1 to 255 visible ASCII characters; a public client has none", is_visible),
    **dict.fromkeys(
        _URI_FIELDS,
        (
            "a list of URIs such as http://localhost:3000/callback",
            lambda value: isinstance(value, list | tuple),
        ),
    ),
    "require_pkce": ("true or false", lambda value: isinstance(value, bool)),
    "claims": ("a table of claims", lambda value: isinstance(value, Mapping)),
}
"""The expected value of each field, for messages, and its check."""
