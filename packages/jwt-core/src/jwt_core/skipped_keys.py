"""Keys of a JWK Set that are not used, and the log that reports each of them once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

MAX_REPORTED_KEYS: Final = 10
"""Most skipped keys of one document that a message or the log describes individually."""

_MAX_KID_CHARACTERS: Final = 64
_MAX_REMEMBERED_KEYS: Final = 1000

logger = logging.getLogger("jwt_core")


@dataclass(frozen=True)
class SkippedKey:
    """A member of `keys` that is not used.

    Attributes:
        description: Its index, its `kid` (escaped and shortened) and the reason.
        content_hash: Hash of the whole member, by which the same member is recognized in a later
            document. It does not depend on the order of the names in the member.
    """

    description: str
    content_hash: int

    @classmethod
    def describe(cls, index: int, member: object, reason: str) -> Self:
        """Describe the member at *index* without its key material."""
        kid = member.get("kid") if isinstance(member, dict) else None
        label = f"keys[{index}]"
        if isinstance(kid, str):
            shortened = kid[:_MAX_KID_CHARACTERS]
            label += f" (kid {shortened!a}{'…' if shortened != kid else ''})"
        return cls(f"{label}: {reason}", _hash_content(member))


class SkippedKeyLog:
    """Log each skipped key of one source once, however often the source is read.

    Args:
        source: Description of the source in the log.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._logged: set[int] = set()

    def log(self, skipped: Sequence[SkippedKey]) -> None:
        """Log the members of *skipped* that no earlier call has logged."""
        new = {key.content_hash: key for key in skipped if key.content_hash not in self._logged}
        for description in summarize(list(new.values())):
            logger.warning("%s: skipped %s", self._source, description)
        if len(self._logged) > _MAX_REMEMBERED_KEYS:
            self._logged = {key.content_hash for key in skipped}
        self._logged.update(new)


def _hash_content(member: object) -> int:
    try:
        if isinstance(member, dict):
            return hash(frozenset((name, repr(value)) for name, value in member.items()))
        return hash(repr(member))
    except (RecursionError, ValueError):  # nested too deeply, or a number of too many digits
        return hash(type(member))


def summarize(skipped: Sequence[SkippedKey]) -> list[str]:
    """Return the first descriptions, and the number of the others."""
    descriptions = [key.description for key in skipped[:MAX_REPORTED_KEYS]]
    rest = len(skipped) - len(descriptions)
    return [*descriptions, f"{rest} more keys"] if rest else descriptions
