# DEV-ONLY: never ship to production.
"""Sessions of users at browsers. A browser keeps its sealed session in a cookie."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import structs

from token_issuer.oauth.ledger import Ledger
from token_issuer.oauth.records import Session
from token_issuer.oauth.sealing import Purpose, Sealer
from token_issuer.oauth.users import User, Users

SESSION_LIFETIME: Final = timedelta(hours=12)


class Sessions:
    """The sessions of an issuer."""

    def __init__(self, sealer: Sealer, users: Users) -> None:
        """Seal sessions with *sealer*; those of removed *users* are rejected."""
        self._sealer = sealer
        self._users = users
        self._ledger = Ledger()

    def start(
        self, user: User, claims: Mapping[str, Any], now: datetime, *, defect: str = ""
    ) -> Session:
        """Return a new session of *user*, who logs in *now*.

        Args:
            user: The user.
            claims: The claims of this login alone.
            now: The time of the login.
            defect: The defect of this login alone.
        """
        return Session(
            number=self._ledger.add(),
            user=user.name,
            sub=user.sub,
            is_known=user.is_known,
            auth_time=int(now.timestamp()),
            claims=dict(claims),
            defect=defect,
        )

    def seal(self, session: Session, now: datetime) -> str:
        """Return the value of the cookie of *session*, which later logins without defect use."""
        good = structs.replace(session, defect="") if session.defect else session
        return self._sealer.seal(Purpose.SESSION, good, now=now, lifetime=SESSION_LIFETIME)

    def open(self, cookie: str | None, now: datetime) -> Session | None:
        """Return the session of a *cookie*; None if it is invalid, expired or has ended."""
        if cookie is None:
            return None
        session = self._sealer.open_valid(Purpose.SESSION, cookie, Session, now=now)
        if session is None or not self._ledger.is_live(session.number):
            return None
        return session if self.find_user(session) is not None else None

    def find_user(self, session: Session) -> User | None:
        """Return the user of *session*; None if the user has been removed or replaced."""
        return self._users.resolve(session.user, session.sub, is_known=session.is_known)

    def end(self, session: Session) -> None:
        """End a session: its cookie is rejected from now on."""
        self._ledger.revoke(session.number)
