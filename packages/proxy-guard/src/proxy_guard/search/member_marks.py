"""Dev marks in the members of a key, a key set or a JOSE header."""

from __future__ import annotations

from proxy_guard import findings as codes
from proxy_guard.dev_marks import DEFAULT_KID, JWKS_MEMBER, find_credential
from proxy_guard.urls import MAX_URI_CHARS, find_dev_mark, inspect_issuer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Final, TypeAlias

    from proxy_guard.search.budget import Budget
    from proxy_guard.urls import Verdict

    Find: TypeAlias = Callable[[str], Verdict | None]

_MAX_DEV_KID_CHARS: Final = 40
_REFERENCES: Final = {
    "iss": inspect_issuer,
    "issuer": inspect_issuer,
    "jku": find_dev_mark,
    "x5u": find_dev_mark,
    "jwks_uri": find_dev_mark,
}
_WORK_PER_ESCAPED_CHAR: Final = 7
_WORK_PER_NON_ASCII_CHAR: Final = 20


class MemberMarks:
    """The marks of the objects of one search. Each distinct reference is judged once."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._verdicts: dict[tuple[Find, str], Verdict | None] = {}

    def find(self, members: Mapping[object, object]) -> Iterator[tuple[str, str]]:
        """Yield the code and the detail of each mark in *members*."""
        if JWKS_MEMBER in members:
            yield codes.DEV_JWKS, f"it has the member '{JWKS_MEMBER}'"
        # In Google's format for certificates the member names are the key ids.
        for kid in (members.get("kid"), *members):
            if _is_dev_kid(kid):
                yield codes.DEV_KID, repr(kid)
        token_id = members.get("jti")
        kind = find_credential(token_id) if isinstance(token_id, str) else None
        if kind:
            yield codes.DEV_CREDENTIAL, kind
        for name, find in _REFERENCES.items():
            reference = members.get(name)
            verdict = self._judge(find, reference) if isinstance(reference, str) else None
            if verdict:
                yield codes.DEV_REFERENCE, f"its member {name} names it ({verdict.detail})"

    def _judge(self, find: Find, reference: str) -> Verdict | None:
        if (find, reference) not in self._verdicts:
            self._budget.charge(_estimate(reference))
            self._verdicts[find, reference] = find(reference)
        return self._verdicts[find, reference]


def _estimate(reference: str) -> int:
    """Return the work of judging *reference*, whose normal form may be several times longer."""
    start = reference[:MAX_URI_CHARS]
    others = len(start) - len(start.encode("ascii", "ignore"))
    is_escaped = "%" in start or "xn--" in start
    work = len(start) * (_WORK_PER_ESCAPED_CHAR if is_escaped else 1)
    return 20 + work + others * _WORK_PER_NON_ASCII_CHAR


def _is_dev_kid(kid: object) -> bool:
    if not isinstance(kid, str) or len(kid) > _MAX_DEV_KID_CHARS:
        return False
    name = kid.strip().lower()
    if not name.startswith(DEFAULT_KID) or not kid.isascii():
        return False
    number = name.removeprefix(f"{DEFAULT_KID}-")
    return name == DEFAULT_KID or (number != name and number.isdecimal())
