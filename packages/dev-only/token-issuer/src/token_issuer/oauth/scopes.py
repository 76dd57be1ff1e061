# DEV-ONLY: never ship to production.
"""Scopes, and the claims of a user that they release.

Spec: RFC 6749 §3.3 and §6, OpenID Connect Core §5.4
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from token_issuer.config.login_tables import ISSUER_CLAIMS
from token_issuer.oauth.errors import ErrorCode, OAuthError

OPENID: Final = "openid"
OFFLINE_ACCESS: Final = "offline_access"
STANDARD_CLAIMS: Final[Mapping[str, tuple[str, ...]]] = {
    "profile": (
        "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username",
        "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}  # fmt: skip
"""The claims that each scope of OpenID Connect releases."""
GOOGLE_NAMES: Final[Mapping[str, str]] = {
    "https://www.googleapis.com/auth/userinfo.email": "email",
    "https://www.googleapis.com/auth/userinfo.profile": "profile",
}
"""The scopes of OpenID Connect by Google's other names, which its Python clients send."""
MAX_SCOPE_CHARACTERS: Final = 1024
_WORD: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def parse_scope(text: str | None, max_characters: int = MAX_SCOPE_CHARACTERS) -> tuple[str, ...]:
    """Return the scopes of the parameter `scope`, without duplicates.

    Args:
        text: The parameter; None if it is absent.
        max_characters: The limit; by default that of a login, whose URLs contain the scopes.

    Raises:
        OAuthError: the parameter is malformed, or too long.
    """
    words = [] if text is None else text.split(" ")
    if not all(map(_WORD.fullmatch, words)):
        message = (
            "scope: expected words separated by single spaces, in printable ASCII without quotes "
            "and backslashes"
        )
        raise OAuthError(ErrorCode.INVALID_SCOPE, message, "scope")
    if len(text or "") > max_characters:
        message = f"scope: expected at most {max_characters} characters"
        raise OAuthError(ErrorCode.INVALID_SCOPE, message, "scope")
    return tuple(dict.fromkeys(words))


def narrow_scope(text: str | None, granted: Sequence[str]) -> tuple[str, ...]:
    """Return the scopes of a refreshed token: the *granted* ones, or those that are requested.

    Raises:
        OAuthError: a scope is requested that was not granted.
    """
    if text is None:
        return tuple(granted)
    requested = parse_scope(text)
    for word in requested:
        if word not in granted:
            message = f"scope: '{word[:80]}' was not granted; request some of the granted scopes"
            raise OAuthError(ErrorCode.INVALID_SCOPE, message, "scope")
    return requested


_PERSONAL_CLAIMS: Final = frozenset(name for names in STANDARD_CLAIMS.values() for name in names)


def select_impersonal_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the *claims* of a profile that apply to every user.

    A profile for `POST /token` also has claims of one person, who is not one of the users.
    """
    omitted = {*ISSUER_CLAIMS, *_PERSONAL_CLAIMS, "hd"}  # hd: the Google Workspace of a person
    return {name: value for name, value in claims.items() if name not in omitted}


class ClaimSelection:
    """The claims that each scope releases. A claim that no scope names is always released."""

    def __init__(self, declared: Mapping[str, Sequence[str]]) -> None:
        """Add the claims of *declared* scopes to those of OpenID Connect."""
        self._by_scope = {
            scope: (*STANDARD_CLAIMS.get(scope, ()), *declared.get(scope, ()))
            for scope in {**STANDARD_CLAIMS, **declared}
        }
        self._restricted = frozenset(name for names in self._by_scope.values() for name in names)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that release claims."""
        return tuple(self._by_scope)

    def select(self, claims: Mapping[str, Any], scope: Sequence[str]) -> dict[str, Any]:
        """Return those of *claims* that *scope* releases."""
        words = [GOOGLE_NAMES.get(word, word) for word in scope]
        released = {name for word in words for name in self._by_scope.get(word, ())}
        return {
            name: value
            for name, value in claims.items()
            if name in released or name not in self._restricted
        }

    def select_for_api(self, claims: Mapping[str, Any], scope: Sequence[str]) -> dict[str, Any]:
        """Return those of *claims* that an access token holds: nothing about the person.

        An API decides by roles and groups; name and address are for the client (RFC 9068 §5).
        """
        selected = self.select(claims, scope)
        return {name: value for name, value in selected.items() if name not in _PERSONAL_CLAIMS}
