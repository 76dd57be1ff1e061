"""Looks for the dev marks and for published keys in whatever holds keys, however it is nested.

One work list takes everything in: text is searched, and what it wraps is put on the list; JSON is
parsed, and its values are put on the list. The list has a budget, so that no input costs more than
a fraction of a second; what exceeds it is not waved through but reported.
"""

from __future__ import annotations

from proxy_guard import findings as codes
from proxy_guard.dev_marks import CERTIFICATE_COMMON_NAME, DEFAULT_KID, JWKS_MEMBER, WATERMARK
from proxy_guard.findings import Finding
from proxy_guard.jwk import read_jwk
from proxy_guard.key_encodings import find_keys
from proxy_guard.published import find_publication
from proxy_guard.urls import inspect_issuer
from proxy_guard.wrapping import decode_runs, list_base64_spellings, to_ascii, to_text, unescape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Final, TypeAlias

    from proxy_guard.jwk import CanonicalKey

    Mark: TypeAlias = tuple[str, str]
    """A code, and the detail of it."""

LARGEST_INPUT: Final = 1024 * 1024
"""In bytes or characters; a key set of a hundred keys has 100 KB with its certificates."""
_LARGEST_TOTAL: Final = 4 * LARGEST_INPUT
_MOST_STEPS: Final = 20_000
_LONGEST_DEV_KID: Final = 40

_REFERENCES: Final = ("iss", "issuer", "jku", "x5u", "jwks_uri")
_TO_URL_ALPHABET: Final = bytes.maketrans(b"+/", b"-_")
_MARKED_TEXTS: Final = list_base64_spellings(WATERMARK)
_MARKED_HEX: Final = WATERMARK.hex().encode()
_COMMON_NAMES: Final = tuple(
    CERTIFICATE_COMMON_NAME.encode(encoding) for encoding in ("ascii", "utf-16-be", "utf-32-be")
)
_WATERMARK_SEEN: Final = (codes.DEV_KEY, "the watermark stands in its modulus")
_CERTIFICATE_SEEN: Final = (codes.DEV_CERTIFICATE, f"its subject is '{CERTIFICATE_COMMON_NAME}'")


class Recognition:
    """What was recognised in one piece of input.

    Attributes:
        findings: What must not be trusted in production, each once.
        has_keys: Whether there was a key at all, or a certificate with one.
    """

    __slots__ = ("findings", "has_keys")

    def __init__(self, findings: tuple[Finding, ...], *, has_keys: bool) -> None:
        self.findings = findings
        self.has_keys = has_keys


def recognise(material: object, *, variable: str) -> Recognition:
    """Look through *material* for what production must not trust.

    Args:
        material: Text, bytes, or what JSON is parsed into; anything else holds no keys.
        variable: What the findings name.
    """
    search = _Search()
    marks = dict.fromkeys(search.run(material))
    findings = tuple(Finding(code, variable=variable, detail=detail) for code, detail in marks)
    return Recognition(findings, has_keys=search.has_keys)


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
            if self._steps > _MOST_STEPS or self._size > _LARGEST_TOTAL:
                yield codes.UNJUDGED_KEYS, "it holds more than any key set does"
                return
            yield from self._look_at(value)

    def _look_at(self, value: object) -> Iterator[Mark]:
        if isinstance(value, str | bytes | bytearray) and len(value) > LARGEST_INPUT:
            yield codes.UNJUDGED_KEYS, f"it is larger than {LARGEST_INPUT // 1024} KiB"
        elif isinstance(value, str):
            yield from self._look_at_text(value)
        elif isinstance(value, bytes | bytearray):
            yield from self._look_at_bytes(bytes(value))
        elif isinstance(value, dict):
            yield from self._look_at_object(value)
        elif isinstance(value, list | tuple):
            self._put(value)

    def _put(self, values: list[object] | tuple[object, ...]) -> None:
        # Numbers and the like hold no keys. One more than there are steps for is noticed as well.
        kept = [value for value in values[: _MOST_STEPS + 1] if _may_hold_keys(value)]
        self._pending += reversed(kept)

    def _look_at_object(self, value: dict[object, object]) -> Iterator[Mark]:
        yield from _find_member_marks(value)
        key = read_jwk(value)
        if key:
            yield from self._look_up(key)
        self._put(list(value.values()))

    def _look_at_text(self, text: str) -> Iterator[Mark]:
        plain = to_ascii(unescape(text))
        if _is_marked(plain):
            yield _WATERMARK_SEEN
        try:
            self._put([_parse_json(text)])
        except RecursionError:
            yield codes.UNJUDGED_KEYS, "it is nested too deeply"
        except ValueError:  # no JSON: then what it wraps is looked at
            self._put([data for data in decode_runs(plain) if data])

    def _look_at_bytes(self, data: bytes) -> Iterator[Mark]:
        if WATERMARK in data:
            yield _WATERMARK_SEEN
        if any(name in data for name in _COMMON_NAMES):
            yield _CERTIFICATE_SEEN
        for key in find_keys(data):
            yield from self._look_up(key)
        text = to_text(data)
        if text.isascii() and text:
            self._put([text])

    def _look_up(self, key: CanonicalKey) -> Iterator[Mark]:
        self.has_keys = True
        publication = find_publication(key)
        if publication:
            yield codes.PUBLISHED_KEY, publication


def _may_hold_keys(value: object) -> bool:
    return isinstance(value, str | bytes | bytearray | dict | list | tuple)


def _is_marked(text: bytes) -> bool:
    joined = text.translate(_TO_URL_ALPHABET, b" \t\r\n\v\f:\"'")
    return any(mark in joined for mark in _MARKED_TEXTS) or _MARKED_HEX in joined.lower()


def _find_member_marks(members: Mapping[object, object]) -> Iterator[Mark]:
    if JWKS_MEMBER in members:
        yield codes.DEV_JWKS, f"it has the member '{JWKS_MEMBER}'"
    # In Google's older format the names of the members are the key ids.
    for kid in (members.get("kid"), *members):
        if _is_dev_kid(kid):
            yield codes.DEV_KID, repr(kid)
    for name in _REFERENCES:
        reference = members.get(name)
        verdict = inspect_issuer(reference) if isinstance(reference, str) else None
        if verdict:
            yield codes.DEV_REFERENCE, f"its {name} names it ({verdict.detail})"


def _is_dev_kid(kid: object) -> bool:
    if not isinstance(kid, str) or len(kid) > _LONGEST_DEV_KID or not kid.isascii():
        return False
    name = kid.strip().lower()
    return name == DEFAULT_KID or (
        name.startswith(f"{DEFAULT_KID}-") and name[len(DEFAULT_KID) + 1 :].isdecimal()
    )


def _parse_json(text: str) -> object:
    stripped = text.strip("\ufeff \t\r\n'")
    if stripped[:1] not in {"{", "[", '"'}:
        raise ValueError
    import json  # noqa: PLC0415  # only where there is JSON to parse

    for spelling in (stripped, unescape(stripped)):
        try:
            # Numbers stay text: a long one would be refused, and takes quadratic time elsewhere.
            document: object = json.loads(
                spelling, parse_int=str, parse_float=str, object_pairs_hook=_keep_all
            )
        except ValueError:
            continue
        return document
    raise ValueError


def _keep_all(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Read members with the same name both ways: some clients take the last, some the first."""
    members = dict(pairs)
    if len(members) < len(pairs):
        members[""] = [dict(reversed(pairs)), *({name: value} for name, value in pairs)]
    return members
