# DEV-ONLY: never ship to production.
"""The users of Firebase: those of the issuer, and those whom custom tokens have signed in."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from token_issuer.google.identity_errors import IdentityCode, IdentityError
from token_issuer.oauth.users import User, Users

MAX_ACCOUNTS: Final = 1000
"""The largest number of users with a state; the one that was changed first is forgotten first."""


@dataclass(frozen=True, slots=True)
class _State:
    """What has happened to a user, in seconds since 1970.

    Attributes:
        signed_in_at: The last sign-in with a custom token; None without one.
        valid_since: Tokens issued before this time are revoked; None: no token is.
        is_disabled: Whether the user cannot sign in.
    """

    signed_in_at: int | None = None
    valid_since: int | None = None
    is_disabled: bool = False


class FirebaseUsers:
    """The users of one issuer. Safe to use from several threads."""

    def __init__(self, users: Users) -> None:
        """Register *users* by their `sub`."""
        self._users = users
        self._states: dict[str, _State] = {}
        self._lock = threading.Lock()

    def sign_in(self, uid: str, now: datetime) -> Mapping[str, Any]:
        """Sign a user in, and return the claims about the user.

        Raises:
            IdentityError: the user is disabled.
        """
        with self._lock:
            state = self._states.get(uid, _State())
            if state.is_disabled:
                message = "the user is disabled; enable it with accounts:update"
                raise IdentityError(IdentityCode.USER_DISABLED, message)
            self._store(uid, replace(state, signed_in_at=int(now.timestamp())))
        user = self._find_user(uid)
        return {} if user is None else _select_claims(user)

    def update(self, uid: str, *, valid_since: int | None, is_disabled: bool | None) -> None:
        """Change what is not None.

        Raises:
            IdentityError: no user has this *uid*.
        """
        if self.describe(uid) is None:
            message = "localId: no user has this id; sign the user in, or declare it"
            raise IdentityError(IdentityCode.USER_NOT_FOUND, message)
        with self._lock:
            state = self._states.get(uid, _State())
            if valid_since is not None:
                state = replace(state, valid_since=valid_since)
            if is_disabled is not None:
                state = replace(state, is_disabled=is_disabled)
            self._store(uid, state)

    def describe(self, uid: str) -> dict[str, Any] | None:
        """Return a user in the form of Identity Toolkit; None if no user has this *uid*."""
        user, state = self._find_user(uid), self._states.get(uid)
        if user is None and state is None:
            return None
        state = state or _State()
        claims = {} if user is None else _select_claims(user)
        described = {
            "localId": uid,
            "email": claims.get("email"),
            "emailVerified": claims.get("email_verified", False),
            "displayName": claims.get("name"),
            "photoUrl": claims.get("picture"),
            "disabled": state.is_disabled,
            "validSince": None if state.valid_since is None else str(state.valid_since),
            "lastLoginAt": None if state.signed_in_at is None else str(state.signed_in_at * 1000),
        }
        return {name: value for name, value in described.items() if value is not None}

    def find_by_email(self, email: str) -> str | None:
        """Return the id of the user with this *email*; None if there is none."""
        users = (user for user in self._users if (user.email or "").lower() == email.lower())
        return next((user.sub for user in users), None)

    def reset(self) -> None:
        """Forget all sign-ins and changes."""
        with self._lock:
            self._states.clear()

    def _find_user(self, uid: str) -> User | None:
        return next((user for user in self._users if user.sub == uid), None)

    def _store(self, uid: str, state: _State) -> None:
        if uid not in self._states and len(self._states) >= MAX_ACCOUNTS:
            del self._states[next(iter(self._states))]
        self._states[uid] = state


def _select_claims(user: User) -> dict[str, Any]:
    names = ("name", "picture", "email", "email_verified")
    return {name: user.claims[name] for name in names if name in user.claims}
