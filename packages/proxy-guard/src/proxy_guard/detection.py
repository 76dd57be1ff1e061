"""The search for the watermark, other dev marks and leaked keys, in keys, key sets and tokens.

A work list holds the values to search. Text is searched and decoded, and the decoded bytes join the
list. JSON is parsed, and its values join the list. Limits on steps and bytes bound the time of a
search; an input that exceeds them is a finding.
"""

from __future__ import annotations

from proxy_guard import findings as codes
from proxy_guard.dev_marks import CERTIFICATE_COMMON_NAME, DEFAULT_KID, JWKS_MEMBER, WATERMARK
from proxy_guard.findings import Finding
from proxy_guard.jwk import read_jwk
from proxy_guard.key_encodings import find_keys
from proxy_guard.leaked_keys import find_leak
from proxy_guard.unwrapping import decode_runs, list_base64_alignments, to_ascii, to_text, unescape
from proxy_guard.urls import find_dev_mark, inspect_issuer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Final, TypeAlias

    from proxy_guard.jwk import CanonicalKey

    Mark: TypeAlias = tuple[str, str]
    """The code of a finding, and its detail."""

MAX_INPUT_BYTES: Final = 1024 * 1024
"""Limit of one value; characters for text. A set of 100 keys with certificates has 100 KB."""
_MAX_TOTAL_BYTES: Final = 4 * MAX_INPUT_BYTES
_MAX_STEPS: Final = 20_000
_MAX_DEV_KID_CHARS: Final = 40

_REFERENCES: Final = {
    "iss": inspect_issuer,
    "issuer": inspect_issuer,
    "jku": find_dev_mark,
    "x5u": find_dev_mark,
    "jwks_uri": find_dev_mark,
}
_TO_URL_ALPHABET: Final = bytes.maketrans(b"+/", b"-_")
_MARKED_TEXTS: Final = list_base64_alignments(WATERMARK)
_MARKED_HEX: Final = WATERMARK.hex().encode()
_COMMON_NAMES: Final = tuple(
    CERTIFICATE_COMMON_NAME.encode(encoding) for encoding in ("ascii", "utf-16-be", "utf-32-be")
)
_WATERMARK_MARK: Final = (codes.DEV_KEY, "its modulus contains the watermark")
_CERTIFICATE_MARK: Final = (codes.DEV_CERTIFICATE, f"its subject is '{CERTIFICATE_COMMON_NAME}'")


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
        material: Text, bytes or parsed JSON. Values of other types are ignored.
        variable: The name of *material* in the findings.
    """
    search = _Search()
    marks = dict.fromkeys(search.run(material))
    findings = tuple(Finding(code, variable=variable, detail=detail) for code, detail in marks)
    return Detection(findings, has_keys=search.has_keys)


class _Search:
    def __init__(self) -> None:
        self.has_keys = False
        self._pending: list[object] = []
        self._size = 0
        self._steps = 0

    def run(self, material: object) -> Iterator[Mark]:
        self._pending = [material]
        while self._pending:
            value = self._pending.pop()
            self._steps += 1
            self._size += len(value) if isinstance(value, str | bytes | bytearray) else 0
            if self._steps > _MAX_STEPS or self._size > _MAX_TOTAL_BYTES:
                yield codes.UNJUDGED_KEYS, "it contains more values or data than a key set does"
                return
            yield from self._scan(value)

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
            self._put(value)

    def _put(self, values: list[object] | tuple[object, ...]) -> None:
        # Other types hold no keys. One value more than the limit is enough to exceed it.
        kept = [value for value in values[: _MAX_STEPS + 1] if _may_hold_keys(value)]
        self._pending += reversed(kept)

    def _scan_object(self, value: dict[object, object]) -> Iterator[Mark]:
        yield from _find_member_marks(value)
        key = read_jwk(value)
        if key:
            yield from self._look_up(key)
        self._put(list(value.values()))

    def _scan_text(self, text: str) -> Iterator[Mark]:
        plain = to_ascii(unescape(text))
        if _is_marked(plain):
            yield _WATERMARK_MARK
        try:
            self._put([_parse_json(text)])
        except RecursionError:
            yield codes.UNJUDGED_KEYS, "it is nested too deeply"
        except ValueError:  # not JSON: decode what it wraps
            self._put([data for data in decode_runs(plain) if data])

    def _scan_bytes(self, data: bytes) -> Iterator[Mark]:
        if WATERMARK in data:
            yield _WATERMARK_MARK
        if any(name in data for name in _COMMON_NAMES):
            yield _CERTIFICATE_MARK
        for key in find_keys(data):
            yield from self._look_up(key)
        text = to_text(data)
        if text.isascii() and text:
            self._put([text])

    def _look_up(self, key: CanonicalKey) -> Iterator[Mark]:
        self.has_keys = True
        leak = find_leak(key)
        if leak:
            yield codes.PUBLISHED_KEY, leak


def _may_hold_keys(value: object) -> bool:
    return isinstance(value, str | bytes | bytearray | dict | list | tuple)


def _is_marked(text: bytes) -> bool:
    joined = text.translate(_TO_URL_ALPHABET, b" \t\r\n\v\f:\"'")
    return any(mark in joined for mark in _MARKED_TEXTS) or _MARKED_HEX in joined.lower()


def _find_member_marks(members: Mapping[object, object]) -> Iterator[Mark]:
    if JWKS_MEMBER in members:
        yield codes.DEV_JWKS, f"it has the member '{JWKS_MEMBER}'"
    # In Google's format for certificates the member names are the key ids.
    for kid in (members.get("kid"), *members):
        if _is_dev_kid(kid):
            yield codes.DEV_KID, repr(kid)
    for name, find in _REFERENCES.items():
        reference = members.get(name)
        verdict = find(reference) if isinstance(reference, str) else None
        if verdict:
            yield codes.DEV_REFERENCE, f"its member {name} names it ({verdict.detail})"


def _is_dev_kid(kid: object) -> bool:
    if not isinstance(kid, str) or len(kid) > _MAX_DEV_KID_CHARS or not kid.isascii():
        return False
    name = kid.strip().lower()
    return name == DEFAULT_KID or (
        name.startswith(f"{DEFAULT_KID}-") and name[len(DEFAULT_KID) + 1 :].isdecimal()
    )


def _parse_json(text: str) -> object:
    stripped = text.strip("\ufeff \t\r\n'")
    if stripped[:1] not in {"{", "[", '"'}:
        raise ValueError
    import json  # noqa: PLC0415  # imported only if there is JSON to parse

    for candidate in (stripped, unescape(stripped)):
        try:
            # Keep numbers as text: int() rejects long numbers, or takes quadratic time for them.
            document: object = json.loads(
                candidate, parse_int=str, parse_float=str, object_pairs_hook=_keep_all
            )
        except ValueError:
            continue
        return document
    raise ValueError


def _keep_all(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Keep every member with a repeated name: some clients use the last, some the first."""
    members = dict(pairs)
    if len(members) < len(pairs):
        members[""] = [dict(reversed(pairs)), *({name: value} for name, value in pairs)]
    return members
