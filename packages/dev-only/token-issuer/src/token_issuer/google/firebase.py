# DEV-ONLY: never ship to production.
"""Firebase Authentication: sign-in with custom tokens, session cookies and the look-up of users.

Spec: https://firebase.google.com/docs/reference/rest/auth,
https://cloud.google.com/identity-platform/docs/reference/rest
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from jwt_core import Algorithm, JwtError, KeySet, VerificationPolicy, sign, verify

from token_issuer.config.profiles import FIREBASE
from token_issuer.google.callers import find_caller
from token_issuer.google.custom_tokens import CustomToken, verify_custom_token
from token_issuer.google.firebase_users import FirebaseUsers
from token_issuer.google.identity_errors import IdentityCode, IdentityError
from token_issuer.google.machine_tokens import MACHINE_TOKEN_LIFETIME
from token_issuer.google.service_accounts import FindAccount
from token_issuer.oauth.state import ProviderState

SESSION_ISSUER_PREFIX: Final = "https://session.firebase.google.com/"
MIN_COOKIE_S: Final = 5 * 60
MAX_COOKIE_S: Final = 14 * 24 * 3600
MAX_LOOKED_UP: Final = 100
"""The largest number of users in one request."""
_LATEST_S: Final = 253402300799  # 9999-12-31T23:59:59Z
SCOPES: Final = frozenset({
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/firebase",
    "https://www.googleapis.com/auth/identitytoolkit",
})
"""Scopes, any of which an administrator needs."""
_KIND: Final = "identitytoolkit#{}Response"


class Firebase:
    """Firebase Authentication of one issuer, whose keys sign the ID tokens."""

    def __init__(self, state: ProviderState, find_account: FindAccount) -> None:
        """Share the users of *state*; *find_account* finds the accounts that sign custom tokens."""
        self.users = FirebaseUsers(state.users)
        self._state = state
        self._find_account = find_account

    @property
    def project(self) -> str:
        """The only project that exists."""
        return self._state.issuer.settings.google_project

    def sign_in(self, message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Return an ID token for the custom token of *message*.

        Raises:
            IdentityError: the custom token is invalid, or the user is disabled.
        """
        token = verify_custom_token(self._find_account, message.get("token"), self.project, now)
        is_new = self.users.describe(token.uid) is None
        id_token = self._issue_id_token(token, self.users.sign_in(token.uid, now), now)
        return {
            "kind": _KIND.format("VerifyCustomToken"),
            "idToken": id_token,
            "expiresIn": str(int(MACHINE_TOKEN_LIFETIME.total_seconds())),
            "isNewUser": is_new,
        }

    def create_session_cookie(
        self, project: str, message: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """Return a session cookie for the ID token of *message*.

        Raises:
            IdentityError: the project is unknown, or the ID token or the duration is invalid.
        """
        self._check_project(project)
        seconds = _read_number(message.get("validDuration", MAX_COOKIE_S))
        if seconds is None or not MIN_COOKIE_S <= seconds <= MAX_COOKIE_S:
            text = f"validDuration: expected {MIN_COOKIE_S} to {MAX_COOKIE_S} seconds"
            raise IdentityError(IdentityCode.INVALID_DURATION, text)
        claims = self._verify_id_token(message.get("idToken"), now)
        issued_at = int(now.timestamp())
        cookie = {
            **claims,
            "iss": SESSION_ISSUER_PREFIX + self.project,
            "iat": issued_at,
            "exp": issued_at + seconds,
        }
        return {"sessionCookie": self._sign(cookie)}

    def look_up(
        self, message: Mapping[str, Any], now: datetime, *, project: str | None = None
    ) -> dict[str, Any]:
        """Return the users whom *message* names by `localId`, `email` or an `idToken`.

        Args:
            message: The request.
            now: The time of the request.
            project: The project of an administrator; None if a user asks with an ID token.

        Raises:
            IdentityError: the request is invalid.
        """
        if project is None:
            uids = [str(self._verify_id_token(message.get("idToken"), now)["sub"])]
        else:
            self._check_project(project)
            emails = map(self.users.find_by_email, _read_texts(message, "email"))
            uids = [*_read_texts(message, "localId"), *(uid for uid in emails if uid is not None)]
        found = [user for uid in dict.fromkeys(uids) if (user := self.users.describe(uid))]
        return {"kind": _KIND.format("GetAccountInfo"), **({"users": found} if found else {})}

    def update(self, project: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """Revoke the tokens of a user (`validSince`), or disable the user (`disableUser`).

        Raises:
            IdentityError: the project or the user is unknown, or a field is invalid.
        """
        self._check_project(project)
        uid, is_disabled = message.get("localId"), message.get("disableUser")
        valid_since = message.get("validSince")
        seconds = None if valid_since is None else _read_number(valid_since)
        if not isinstance(uid, str) or not uid:
            raise IdentityError(IdentityCode.MISSING_LOCAL_ID, "localId: expected the id of a user")
        if (valid_since is not None and seconds is None) or type(is_disabled) not in {
            bool,
            type(None),
        }:
            text = "validSince: expected seconds since 1970; disableUser: expected true or false"
            raise IdentityError(IdentityCode.INVALID_REQUEST, text)
        unknown = ", ".join(sorted(set(message) - {"localId", "validSince", "disableUser"}))
        if unknown:
            text = f"{unknown[:200]}: cannot be changed here; only validSince and disableUser can"
            raise IdentityError(IdentityCode.OPERATION_NOT_ALLOWED, text)
        self.users.update(uid, valid_since=seconds, is_disabled=is_disabled)
        return {"kind": _KIND.format("SetAccountInfo"), "localId": uid}

    def check_administrator(self, access_token: str | None, now: datetime) -> None:
        """Check the access token of a service account, which calls for an administrator.

        Raises:
            IdentityError: the token is missing or invalid, or its scope does not suffice.
        """
        access = None
        if access_token:
            access = find_caller(self._state, self._find_account, access_token, now)
        if access is None:
            text = (
                "Authorization: expected Bearer and an access token that a service account got from"
                " this issuer"
            )
            raise IdentityError(IdentityCode.UNAUTHENTICATED, text, status=HTTPStatus.UNAUTHORIZED)
        if SCOPES.isdisjoint(access.scope):
            text = f"scope: expected one of {', '.join(sorted(SCOPES))}"
            raise IdentityError(
                IdentityCode.INSUFFICIENT_PERMISSION, text, status=HTTPStatus.FORBIDDEN
            )

    def _check_project(self, project: str) -> None:
        if project != self.project:
            text = f"the project is {self.project}, which TOKEN_ISSUER_GOOGLE_PROJECT sets"
            raise IdentityError(IdentityCode.PROJECT_NOT_FOUND, text)

    def _issue_id_token(self, token: CustomToken, user: Mapping[str, Any], now: datetime) -> str:
        issued_at = int(now.timestamp())
        tenant = {} if token.tenant is None else {"tenant": token.tenant}
        emails = {"email": [user["email"]]} if "email" in user else {}
        return self._sign({
            **user,
            **token.claims,
            "iss": self._get_issuer(),
            "aud": self.project,
            "auth_time": issued_at,
            "user_id": token.uid,
            "sub": token.uid,
            "iat": issued_at,
            "exp": issued_at + int(MACHINE_TOKEN_LIFETIME.total_seconds()),
            "firebase": {"identities": emails, "sign_in_provider": "custom", **tenant},
        })

    def _verify_id_token(self, token: object, now: datetime) -> Mapping[str, Any]:
        if not isinstance(token, str) or not token:
            raise IdentityError(
                IdentityCode.MISSING_ID_TOKEN, "idToken: expected an ID token of Firebase"
            )
        policy = VerificationPolicy(
            issuer=self._get_issuer(), audience=self.project, clock=lambda: now
        )
        try:
            claims = verify(token, KeySet(self._state.verification_keys), policy).claims
        except JwtError as error:
            raise IdentityError(IdentityCode.INVALID_ID_TOKEN, f"idToken: {error}") from error
        if not isinstance(claims.get("sub"), str):
            raise IdentityError(
                IdentityCode.INVALID_ID_TOKEN, "idToken: sub: expected the id of the user"
            )
        return claims

    def _get_issuer(self) -> str:
        issuer: str = self._state.issuer.profiles[FIREBASE.name].claims["iss"]
        return issuer

    def _sign(self, claims: Mapping[str, Any]) -> str:
        return sign(claims, self._state.issuer.keys.ensure_key(Algorithm.RS256))


def _read_number(value: object) -> int | None:
    """Return a number of JSON, which may be text; None for another value."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:  # noqa: PLR2004  # digits of 64 bits
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= _LATEST_S else None


def _read_texts(message: Mapping[str, Any], name: str) -> list[str]:
    """Return the list of texts in a field, which may be absent.

    Raises:
        IdentityError: it is another value, or too long.
    """
    values = message.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise IdentityError(IdentityCode.INVALID_REQUEST, f"{name}: expected a list of texts")
    if len(values) > MAX_LOOKED_UP:
        raise IdentityError(
            IdentityCode.INVALID_REQUEST, f"{name}: expected at most {MAX_LOOKED_UP}"
        )
    return values
