# DEV-ONLY: never ship to production.
"""Planned logins of the issuer, and what it knows about those that were used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from token_issuer.errors import ProbeError
from token_issuer.paths import ADMIN_LOGINS_PATH, ADMIN_USERS_PATH
from token_issuer.probe.issuer_client import IssuerClient

_KEYS: Final = "keys"


@dataclass(frozen=True, slots=True)
class LoginRecord:
    """A login, as the issuer saw it.

    Attributes:
        number: Its number.
        has_struck: Whether its defect changed a response.
        requests: The endpoints that the application and the browser called.
        request: The parameters of the authorization request, without secrets.
    """

    number: int
    has_struck: bool
    requests: tuple[str, ...]
    request: Mapping[str, Any]

    @property
    def has_fetched_keys(self) -> bool:
        """Whether the keys were fetched during the login."""
        return _KEYS in self.requests


class LoginPlans:
    """The planned logins of an issuer.

    The context manager forgets all planned logins, at its beginning and at its end.
    """

    def __init__(self, issuer: IssuerClient, user: str | None = None) -> None:
        """Plan logins of *user* at *issuer*; by default of its first user."""
        self._issuer = issuer
        self._user = user
        self._number = 0  # of the last known login
        self._defect: str | None = None  # of the last plan
        self._other_subs: list[str] = []

    def __enter__(self) -> Self:
        """Forget the planned logins, and find the user.

        Raises:
            ProbeError: the user is unknown.
            RemoteIssuerError: the issuer cannot be reached.
        """
        users = self._issuer.call("GET", ADMIN_USERS_PATH)["users"]
        names = [each["name"] for each in users]
        if self._user is not None and self._user not in names:
            message = f"--user: the issuer knows no user {self._user[:80]!r}; it knows " + (
                ", ".join(names[:20]) or "none"
            )
            raise ProbeError(message)
        if not names:
            message = "the issuer has no user who could log in; declare one in its profiles file"
            raise ProbeError(message)
        self._user = self._user or names[0]
        self._other_subs = [each["sub"] for each in users if each["name"] != self._user]
        self.clear()
        self._number = max((entry["number"] for entry in self._list()["done"]), default=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._issuer.clean_up(ADMIN_LOGINS_PATH, error)

    def build(self, defect: str | None = None, *, is_denied: bool = False) -> dict[str, object]:
        """Return the body of `POST /admin/logins` for the next login."""
        if is_denied:
            return {"deny": True}
        return {"user": self._user, **({} if defect is None else {"defect": defect})}

    def finds_other_user(self, page: str) -> bool:
        """Tell whether *page* has the `sub` of a user who has not logged in."""
        return any(re.search(rf"\b{re.escape(sub)}\b", page) for sub in self._other_subs)

    def plan(self, defect: str | None = None, *, is_denied: bool = False) -> None:
        """Plan the next login: with a defect, denied, or good."""
        self._defect = defect
        self._issuer.call("POST", ADMIN_LOGINS_PATH, self.build(defect, is_denied=is_denied))

    def is_used(self) -> bool:
        """Tell whether the planned login was used."""
        return not self._list()["logins"]

    def find_record(self) -> LoginRecord | None:
        """Return the login that used the last plan; None if the plan is unused.

        An unused plan is forgotten.

        Raises:
            ProbeError: somebody else has used the plan, or another plan was used.
        """
        found = self._list()
        if found["logins"]:
            self.clear()
        new = [entry for entry in found["done"] if entry["number"] > self._number]
        self._number = max((entry["number"] for entry in new), default=self._number)
        planned = [entry for entry in new if entry["defect"] == self._defect]
        if new and not planned:
            message = (
                f"somebody else uses {ADMIN_LOGINS_PATH} of the issuer during the probe; run one "
                "probe at a time, or give each probe an issuer of its own"
            )
            raise ProbeError(message)
        return _read(planned[-1]) if planned else None

    def clear(self) -> None:
        """Forget all planned logins."""
        self._issuer.call("DELETE", ADMIN_LOGINS_PATH)

    def _list(self) -> dict[str, Any]:
        return self._issuer.call("GET", ADMIN_LOGINS_PATH)


def _read(entry: Mapping[str, Any]) -> LoginRecord:
    return LoginRecord(
        number=entry["number"],
        has_struck=entry["struck"],
        requests=tuple(entry["requests"]),
        request=entry["request"],
    )
