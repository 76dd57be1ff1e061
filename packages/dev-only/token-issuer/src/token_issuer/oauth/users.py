# DEV-ONLY: never ship to production.
"""Users who can log in, and their claims."""

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from token_issuer.config.login_tables import (
    MAX_ENTRIES,
    MAX_NAME_CHARACTERS,
    find_user_problems,
    is_user_name,
)
from token_issuer.errors import InvalidInputError, describe_unknown_name

_DOMAIN: Final = "example.com"
_WORD: Final = re.compile(r"[^._+@-]+")


@dataclass(frozen=True, slots=True)
class User:
    """A user.

    Attributes:
        name: The name in settings and requests; unique.
        sub: The `sub` claim; unique.
        claims: The other claims.
        is_known: Whether the user is declared or was added, rather than named on the login page.
    """

    name: str
    sub: str
    claims: Mapping[str, Any]
    is_known: bool = True

    @property
    def email(self) -> str | None:
        """The claim `email`."""
        return self.claims.get("email")


class Users:
    """The users of an issuer: the declared ones, and those that tests have added."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], *, is_google: bool = False) -> None:
        """Build the declared users.

        Args:
            tables: Their claims by name, as `parse_users` returns them.
            is_google: Whether the default `sub` and claims are like those of Google.
        """
        self._is_google = is_google
        self._declared = {name: self._build(name, table) for name, table in tables.items()}
        self._users = dict(self._declared)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[User]:
        """Iterate over all users, in the order in which they were declared and added."""
        return iter(list(self._users.values()))

    def add(self, name: str, /, **claims: Any) -> User:
        """Add a user, or replace the one with this *name*.

            users.add("erin", groups=["admin"], email="erin@corp.test", email_verified=False)

        Args:
            name: The name.
            claims: The claims; `sub` is the name unless given, and `omit` lists default claims that
                the user lacks.

        Raises:
            InvalidInputError: the name or a claim is invalid, another user has the same `sub`, or
                there are too many users.
        """
        problems = [f"users.{str(name)[:80]}{text}" for text in find_user_problems(name, claims)]
        if problems:
            raise InvalidInputError("; ".join(problems), "user")
        user = self._build(name, claims)
        with self._lock:
            others = {other.name: other for other in self if other.name != name}
            if any(user.sub == other.sub for other in others.values()):
                message = f"users.{name}.sub: another user has the same sub; choose another"
                raise InvalidInputError(message, "sub")
            if len(others) >= MAX_ENTRIES:
                message = f"users: expected at most {MAX_ENTRIES}; remove some first"
                raise InvalidInputError(message, "user")
            self._users[name] = user
        return user

    def remove(self, name: str) -> None:
        """Remove a user: its sessions and tokens are rejected from now on.

        Raises:
            InvalidInputError: no user has this *name*.
        """
        with self._lock:
            self.require(name)
            del self._users[name]

    def reset(self) -> None:
        """Restore the declared users."""
        with self._lock:
            self._users = dict(self._declared)

    def require(self, name: str) -> User:
        """Return the user with this *name*.

        Raises:
            InvalidInputError: no user has it.
        """
        user = self._users.get(name)
        if user is None:
            known = [other.name for other in self]
            problem = describe_unknown_name("user", str(name), known)
            message = f"user: {problem}; known users: {', '.join(known)[:200]}"
            raise InvalidInputError(message, "user")
        return user

    def find(self, hint: str) -> User | None:
        """Return the user whose name, `sub` or email is *hint*; None if there is none."""
        if (user := self._users.get(hint)) is not None:
            return user
        users = list(self)
        for user in users:
            if user.sub == hint:
                return user
        return next((user for user in users if (user.email or "").lower() == hint.lower()), None)

    def find_or_derive(self, hint: str) -> User:
        """Return the user of *hint*, or one that exists for a single login.

        Raises:
            InvalidInputError: *hint* cannot be the name of a user.
        """
        hint = hint.strip()
        user = self.find(hint)
        if user is not None:
            return user
        if not is_user_name(hint):
            message = (
                "user: expected a name or an email address of at most "
                f"{MAX_NAME_CHARACTERS} characters"
            )
            raise InvalidInputError(message, "user")
        return self._build(hint, {}, is_known=False)

    def resolve(self, name: str, sub: str, *, is_known: bool) -> User | None:
        """Return the user of an earlier login; None if the user has been removed or replaced.

        Args:
            name: The name of the user.
            sub: The `sub` of the user at that login.
            is_known: Whether the user was known then.
        """
        user = self._users.get(name)
        if user is None and not is_known and self.find(name) is None:
            user = self._build(name, {}, is_known=False)
        return user if user is not None and user.sub == sub else None

    def _build(self, name: str, table: Mapping[str, Any], *, is_known: bool = True) -> User:
        claims = dict(table)
        sub = claims.pop("sub", None) or self._derive_sub(name)
        omitted = set(claims.pop("omit", ()))
        claims = {**self._derive_claims(name, claims), **claims}
        kept = {claim: value for claim, value in claims.items() if claim not in omitted}
        return User(name, sub, kept, is_known)

    def _derive_sub(self, name: str) -> str:
        """Return the default `sub`; Google's are numbers of 21 digits."""
        if not self._is_google:
            return name
        number = int.from_bytes(sha256(name.encode()).digest()[:16], "big")
        return f"1{number % 10**20:020}"

    def _derive_claims(self, name: str, table: Mapping[str, Any]) -> dict[str, Any]:
        local = name.partition("@")[0]
        words = [word.capitalize() for word in _WORD.findall(local)]
        email = name if "@" in name else f"{name}@{_DOMAIN}"
        claims: dict[str, Any] = {
            "name": " ".join(words),
            "given_name": words[0],
            **({"family_name": words[-1]} if len(words) > 1 else {}),
            "preferred_username": name,
            "email": email,
            "email_verified": True,
        }
        if self._is_google:
            del claims["preferred_username"]
            claims["picture"] = f"https://lh3.googleusercontent.com/a/dev-{local}=s96-c"
            if table.get("email", email).endswith(f"@{_DOMAIN}") and table.get(
                "email_verified", True
            ):
                claims["hd"] = _DOMAIN
        return claims
