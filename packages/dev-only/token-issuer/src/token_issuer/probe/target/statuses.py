# DEV-ONLY: never ship to production.
"""Which status says what about a token."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from token_issuer.probe.results import Reaction

_RANGE: Final = re.compile(r"([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?")
_SERVER_ERRORS: Final = range(500, 600)

DEFAULT_ACCEPTED: Final = frozenset(range(200, 300))
DEFAULT_REFUSED: Final = frozenset(range(400, 500)) - {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.TOO_MANY_REQUESTS,
}
"""404 may come from the service behind, and 429 is about the number of requests."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """The statuses by which a target accepts and refuses.

    Attributes:
        accepted: The token counts.
        refused: It does not.
    """

    accepted: frozenset[int] = DEFAULT_ACCEPTED
    refused: frozenset[int] = DEFAULT_REFUSED

    def judge(self, status: int) -> Reaction:
        """Return what *status* says about the token."""
        if status in self.accepted:
            return Reaction.ACCEPTED
        if status in self.refused:
            return Reaction.REFUSED
        return Reaction.CRASHED if status in _SERVER_ERRORS else Reaction.UNCLEAR


def parse_statuses(text: str) -> frozenset[int]:
    """Read a list such as `200-299,302`.

    Raises:
        ValueError: it is none; says what was expected.
    """
    found: set[int] = set()
    for item in text.split(","):
        match = _RANGE.fullmatch(item.strip())
        if match is None or int(match[2] or match[1]) < int(match[1]):
            message = f"expected statuses such as 401,403 or 400-499, got {item.strip()[:40]!r}"
            raise ValueError(message)
        found.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return frozenset(found)
