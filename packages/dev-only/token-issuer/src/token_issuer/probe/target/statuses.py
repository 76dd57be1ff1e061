# DEV-ONLY: never ship to production.
"""The statuses by which a target accepts or rejects a token."""

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
"""Without 404, which may come from the service behind the verifier, and 429, a rate limit."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """The statuses by which a target accepts and rejects tokens.

    Attributes:
        accepted: Statuses of a response to an accepted token.
        refused: Statuses of a response to a rejected token.
    """

    accepted: frozenset[int] = DEFAULT_ACCEPTED
    refused: frozenset[int] = DEFAULT_REFUSED

    def judge(self, status: int) -> Reaction:
        """Return the reaction that *status* means."""
        if status in self.accepted:
            return Reaction.ACCEPTED
        if status in self.refused:
            return Reaction.REFUSED
        return Reaction.CRASHED if status in _SERVER_ERRORS else Reaction.UNCLEAR


def parse_statuses(text: str) -> frozenset[int]:
    """Parse a list such as `200-299,302`.

    Raises:
        ValueError: *text* is not such a list; the message names the expected form.
    """
    found: set[int] = set()
    for item in text.split(","):
        match = _RANGE.fullmatch(item.strip())
        if match is None or int(match[2] or match[1]) < int(match[1]):
            message = f"expected statuses such as 401,403 or 400-499, got {item.strip()[:40]!r}"
            raise ValueError(message)
        found.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return frozenset(found)
