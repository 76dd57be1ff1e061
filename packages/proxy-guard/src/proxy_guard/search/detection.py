"""The search for the watermark, other dev marks and leaked keys, in keys, key sets and tokens.

A work list holds the values to search. Text is searched and decoded, and what it wraps joins the
list. JSON is parsed, and its values join the list. All work is charged to one budget; an input that
exceeds it is a finding.
"""

from __future__ import annotations

from proxy_guard import findings as codes
from proxy_guard.findings import Finding
from proxy_guard.search.budget import Budget, BudgetExceededError
from proxy_guard.search.jwk import fold_names, is_other_key, is_read, read_jwk
from proxy_guard.search.key_encodings import find_keys
from proxy_guard.search.leaked_keys import find_leak
from proxy_guard.search.member_marks import MemberMarks
from proxy_guard.search.text_encodings import MIN_RUN_CHARS, read_texts, restore_bytes
from proxy_guard.search.unwrapping import (
    decode_run,
    decode_runs,
    is_base64,
    may_be_escaped,
    may_list_numbers,
    to_ascii,
    unescape,
)
from proxy_guard.search.values import list_readings, spell_numbers, to_plain
from proxy_guard.search.watermark import find_in_bytes, find_in_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final, TypeAlias

    from proxy_guard.search.jwk import CanonicalKey

    Mark: TypeAlias = tuple[str, str]
    """The code of a finding, and its detail."""

MAX_PASTED_CHARS: Final = 64 * 1024
"""Limit of the text that is searched for numbers and escapes. Larger text is a web page."""
MAX_INPUT_BYTES: Final = 1024 * 1024
"""Limit of one value; characters for text. A set of 100 keys with certificates has 100 KB."""

_LOOKUP_WORK: Final = 12
_LIST_WORK: Final = 3
_OBJECT_WORK: Final = 6
_BYTES_PER_WORK: Final = 60


class Detection:
    """The result of searching one input.

    Attributes:
        findings: What production must not trust, without duplicates.
        has_keys: Whether the input holds any key, or a certificate with one.
    """

    __slots__ = ("findings", "has_keys")

    def __init__(self, findings: tuple[Finding, ...], *, has_keys: bool) -> None:
        self.findings = findings
        self.has_keys = has_keys


def detect(material: object, *, variable: str) -> Detection:
    """Search *material* for keys and marks that production must not trust.

    Args:
        material: Text, bytes or parsed JSON, in any types of mappings and collections. Values of
            other types are ignored.
        variable: The name of *material* in the findings.
    """
    search = _Search()
    marks = dict.fromkeys(search.run(material))
    findings = tuple(Finding(code, variable=variable, detail=detail) for code, detail in marks)
    return Detection(findings, has_keys=search.has_keys)


class _Search:
    def __init__(self) -> None:
        self.has_keys = False
        self._budget = Budget()
        self._members = MemberMarks(self._budget)
        self._pending: list[object] = []
        self._searched: set[str | bytes] = set()
        self._looked_up: set[object] = set()

    def run(self, material: object) -> Iterator[Mark]:
        try:
            self._put([material])
            while self._pending:
                yield from self._scan(self._pending.pop())
        except BudgetExceededError:
            yield codes.UNJUDGED_KEYS, "it contains more values or data than a key set does"
        except RecursionError:
            yield codes.UNJUDGED_KEYS, "it is nested too deeply"
        except Exception:  # noqa: BLE001  # a type of the caller may raise anything when it is read
            yield codes.UNJUDGED_KEYS, "it contains a value that cannot be read"

    def _scan(self, value: object) -> Iterator[Mark]:
        if isinstance(value, str | bytes | bytearray) and len(value) > MAX_INPUT_BYTES:
            yield codes.UNJUDGED_KEYS, f"it is larger than {MAX_INPUT_BYTES // 1024} KiB"
        elif isinstance(value, str):
            yield from self._scan_text(value)
        elif isinstance(value, bytes | bytearray):
            yield from self._scan_bytes(bytes(value))
        elif isinstance(value, dict):
            yield from self._scan_object(value)
        elif isinstance(value, list | tuple):
            self._budget.charge(_LIST_WORK)
            self._put(value)
            self._put(list_readings(value, self._budget))

    def _put(self, values: Iterable[object]) -> None:
        plain = [found for value in values if (found := to_plain(value)) is not None]
        self._budget.charge(len(plain))
        self._pending += reversed(plain)

    def _scan_object(self, members: dict[object, object]) -> Iterator[Mark]:
        self._budget.charge(_OBJECT_WORK + len(members))
        yield from self._members.find(members)
        key = read_jwk(members)
        if key:
            self.has_keys = True
            yield from find_in_text(key.get("n", "").encode())
            yield from self._look_up(key)
        self.has_keys = self.has_keys or is_other_key(members)
        values = [value for name, value in members.items() if not (key and is_read(name, value))]
        self._put(values)
        self._put(spell_numbers(values, self._budget))
        x, y = to_plain(members.get("x")), to_plain(members.get("y"))
        if isinstance(x, str) and isinstance(y, str) and not (key and is_read("x", x)):
            self._put([f"{x},{y}"])  # without a curve, or in another encoding than base64
        folded = fold_names(members)
        if folded:
            self._put([folded])

    def _scan_text(self, text: str) -> Iterator[Mark]:
        is_short = len(text) < MIN_RUN_CHARS and "{" not in text
        if is_short or text in self._searched:
            return
        self._searched.add(text)
        self._budget.charge(5 + len(text) // _BYTES_PER_WORK)
        plain = to_ascii(unescape(text))
        yield from find_in_text(plain)
        if text.isascii() and is_base64(text.encode()):
            self._put(decode_run(plain, self._budget))
            return
        if self._put_json(text):
            return
        self._put(decode_runs(plain, self._budget))
        if len(text) <= MAX_PASTED_CHARS:
            self._put_pasted(text)

    def _put_pasted(self, text: str) -> None:
        """Add what *text* is in the notations of source code, tools and documents."""
        if may_be_escaped(text):
            from proxy_guard.search.escapes import decode_escapes  # noqa: PLC0415  # loads many modules

            self._put(decode_escapes(text, self._budget))
        self._put(restore_bytes(text))
        if may_list_numbers(text):
            from proxy_guard.search.literals import decode_literals  # noqa: PLC0415  # see above

            self._put(decode_literals(text, self._budget))

    def _put_json(self, text: str) -> bool:
        """Add the values of JSON to the work list, and return whether *text* is nothing else."""
        stripped = text.strip("\ufeff \t\r\n'")
        if not stripped.startswith('"') and "{" not in stripped and "[" not in stripped:
            return False
        from proxy_guard.search.json_text import parse  # noqa: PLC0415  # imported only if there is JSON

        values, is_whole = parse(stripped, self._budget)
        self._put(values)
        return is_whole

    def _scan_bytes(self, data: bytes) -> Iterator[Mark]:
        if data in self._searched:
            return
        self._searched.add(data)
        self._budget.charge(5 + len(data) // _BYTES_PER_WORK)
        yield from find_in_bytes(data)
        is_key = False
        for key in find_keys(data, self._budget):
            is_key = self.has_keys = True
            yield from self._look_up(key)
        if is_key:
            return
        if not data.isascii():
            yield from self._scan_unknown(data)
        self._put(read_texts(data))

    def _scan_unknown(self, data: bytes) -> Iterator[Mark]:
        from proxy_guard.search.compression import decompress  # noqa: PLC0415  # loads zlib
        from proxy_guard.search.raw_keys import find_raw_keys  # noqa: PLC0415  # not needed for keys

        for key in find_raw_keys(data, self._budget):
            yield from self._look_up(key)
        content = decompress(data, self._budget)
        if content:
            self._put([content])

    def _look_up(self, key: CanonicalKey) -> Iterator[Mark]:
        identity = key.get("n") or (key.get("x"), key.get("y"))
        if identity in self._looked_up:
            return
        self._looked_up.add(identity)
        self._budget.charge(_LOOKUP_WORK)
        leak = find_leak(key)
        if leak:
            yield codes.PUBLISHED_KEY, leak
