# DEV-ONLY: never ship to production.
"""Planned logins: the decisions of the next users, so that a test needs no browser."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from token_issuer.config.json_values import count_json_characters
from token_issuer.config.login_tables import find_claims_problems
from token_issuer.errors import InvalidInputError
from token_issuer.oauth.done_logins import DoneLogins
from token_issuer.oauth.users import Users

if TYPE_CHECKING:
    from token_issuer.tokens.defects.defect import Defect

MAX_PLANNED_LOGINS: Final = 100
MAX_CLAIMS_CHARACTERS: Final = 1024
"""The claims of a planned login, as JSON; they are part of each code and token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLogin:
    """The planned decision of a user.

    Attributes:
        user: The name of the user; None if the login is denied without a user.
        is_denied: Whether the user denies the login.
        claims: Claims of this login alone. They override those of the user.
        defect: The id of the defect of the login; empty without one.
    """

    user: str | None = None
    is_denied: bool = False
    claims: Mapping[str, Any] = field(default_factory=dict)
    defect: str = ""


class PlannedLogins:
    """The planned logins of an issuer; each is used once, the oldest first.

    Attributes:
        done: The latest logins that are done, planned or not.
    """

    def __init__(self, users: Users, done: DoneLogins) -> None:
        self.done = done
        self._users = users
        self._planned: deque[PlannedLogin] = deque()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many logins are planned."""
        return len(self._planned)

    def __iter__(self) -> Iterator[PlannedLogin]:
        """Iterate over the planned logins, the next one first."""
        with self._lock:
            return iter(list(self._planned))

    def next(
        self,
        user: str | None = None,
        *,
        deny: bool = False,
        claims: Mapping[str, Any] | None = None,
        defect: str | None = None,
    ) -> None:
        """Plan the login after those that are planned already.

            logins.next("bob", claims={"email_verified": False})
            logins.next("alice", defect="nonce-wrong")

        Args:
            user: The name of a user; optional with *deny*.
            deny: Whether the user denies the login.
            claims: Claims of this login alone, which override those of the user.
            defect: The id of what is wrong with this login: a defect of logins, or one of tokens,
                which its ID tokens then have.

        Raises:
            InvalidInputError: no user has this name, a claim is invalid, no login can have this
                defect, or too many logins are planned.
        """
        chosen = {} if claims is None else claims
        problems = [f"claims{problem}" for problem in find_claims_problems(chosen)]
        if count_json_characters(chosen) > MAX_CLAIMS_CHARACTERS:
            problems.append(f"claims: expected at most {MAX_CLAIMS_CHARACTERS} characters")
        if deny is False and user is None:
            problems.append("user: missing; name a user, or set deny")
        if problems:
            raise InvalidInputError("; ".join(problems), "claims")
        if user is not None:
            self._users.require(user)
        if defect is not None:
            find_login_defect(defect)
            if deny:
                message = f"defect and deny contradict each other: {defect} is that of a login"
                raise InvalidInputError(message, "defect", "deny")
        with self._lock:
            if len(self._planned) >= MAX_PLANNED_LOGINS:
                message = f"logins: {MAX_PLANNED_LOGINS} are planned already; use or clear them"
                raise InvalidInputError(message, "logins")
            self._planned.append(
                PlannedLogin(user=user, is_denied=deny, claims=dict(chosen), defect=defect or "")
            )

    def take(self) -> PlannedLogin | None:
        """Remove and return the next planned login; None if none is planned."""
        with self._lock:
            return self._planned.popleft() if self._planned else None

    def clear(self) -> None:
        """Forget all planned logins, and those that are done."""
        with self._lock:
            self._planned.clear()
        self.done.clear()


def find_login_defect(id_: str) -> "Defect":
    """Return the defect with this id, which a login can have.

    Raises:
        InvalidInputError: no defect has this id, or it is about the `Authorization` header field.
    """
    # Imported only here: the catalogue is slow to import, and most issuers do not need it.
    from token_issuer.tokens.defects.catalogue import (  # noqa: PLC0415
        find_defect,
        select_for_logins,
    )

    defect = find_defect(id_)
    if id_ not in select_for_logins():
        message = (
            f"defect: {id_} is about {defect.group}, which a login lacks; send it by POST /token"
        )
        raise InvalidInputError(message, "defect")
    return defect
