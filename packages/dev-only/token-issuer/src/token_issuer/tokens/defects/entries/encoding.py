# DEV-ONLY: never ship to production.
"""Defects of the encoding: invalid or ambiguous JSON and base64url."""

from codecs import BOM_UTF8
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from token_issuer.config.choices import ALGORITHMS
from token_issuer.severity import Severity
from token_issuer.tokens.defects.changes import (
    change_part,
    encode_fixed,
    encode_list,
    encode_utf16,
    wrap_object,
    write_member_twice,
)
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import CatalogueEntry, MintingSteps
from token_issuer.tokens.lenient_decoding import Problem

_json = partial(
    Defect, group="encoding", verdict=Verdict.REFUSE, severity=Severity.MEDIUM, check="json"
)
_base64url = partial(
    Defect, group="encoding", verdict=Verdict.REFUSE, severity=Severity.LOW, check="base64url"
)
_LAST: Final = (
    " A parser may always use the last value (RFC 7515 §4, RFC 7519 §4); rejecting the token is "
    "safer."
)
_MANY_TEXTS: Final = (
    "One token then has many valid texts, so it can evade a list of revoked tokens or a cache that "
    "compares texts."
)
_BASE64URL: Final = "RFC 7515 §2 (Base64url), §5.2; RFC 7519 §7.2"
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SIGNATURE: Final = 2
_JWE_PARTS: Final = 5


def _set_stray_bit(part: str) -> str:
    """Flip the unused low bit of the last base64url character."""
    return part[:-1] + _ALPHABET[_ALPHABET.index(part[-1]) ^ 1]


def _use_standard_alphabet(part: str) -> str:
    return part.replace("-", "+").replace("_", "/")


def _are_supported(algs: Sequence[Any]) -> list[bool]:
    return [alg in ALGORITHMS for alg in algs]


def _find_right(values: Sequence[Any]) -> str:
    """Return whether the first or the last of *values* is the greatest; empty if neither is."""
    numbers = [value for value in values if isinstance(value, int | float)] or [0]
    if numbers[0] == numbers[-1]:
        return ""
    return "first" if numbers[0] > numbers[-1] else "last"


ENTRIES: Final = (
    CatalogueEntry(
        _json(
            id="header-twice-first",
            title="a token whose header contains `alg` twice, the right one first",
            wrong="The second `alg` in the header is `none`; the good key signed the token with "
            "the first algorithm.",
            why="One part of the code may check one value while another part uses the other. A "
            "parser must reject the token or use the last value, never the first.",
            source="RFC 7515 §4",
        ),
        MintingSteps(encode_header=write_member_twice("alg", "none", good="first")),
        lambda t: _find_right(_are_supported(t.header_part.get_repeated("alg"))) == "first",
    ),
    CatalogueEntry(
        _json(
            id="header-twice-last",
            title="a token whose header contains `alg` twice, the right one last",
            wrong="The first `alg` in the header is `none`; the good key signed the token with the "
            "second algorithm.",
            why="One part of the code may check one value while another part uses the "
            "other." + _LAST,
            source="RFC 7515 §4",
            verdict=Verdict.EITHER,
        ),
        MintingSteps(encode_header=write_member_twice("alg", "none", good="last")),
        lambda t: _find_right(_are_supported(t.header_part.get_repeated("alg"))) == "last",
    ),
    CatalogueEntry(
        _json(
            id="payload-twice-first",
            title="a token whose payload contains `exp` twice, the right one first",
            wrong="The second `exp` in the payload is 0, a time in 1970.",
            why="One part of the code may check one value while another part uses the other. A "
            "parser must reject the token or use the last value, never the first.",
            source="RFC 7519 §4",
        ),
        MintingSteps(encode_payload=write_member_twice("exp", 0, good="first")),
        lambda t: _find_right(t.payload_part.get_repeated("exp")) == "first",
    ),
    CatalogueEntry(
        _json(
            id="payload-twice-last",
            title="a token whose payload contains `exp` twice, the right one last",
            wrong="The first `exp` in the payload is 0, a time in 1970.",
            why="One part of the code may check one value while another part uses the "
            "other." + _LAST,
            source="RFC 7519 §4",
            verdict=Verdict.EITHER,
        ),
        MintingSteps(encode_payload=write_member_twice("exp", 0, good="last")),
        lambda t: _find_right(t.payload_part.get_repeated("exp")) == "last",
    ),
    CatalogueEntry(
        _json(
            id="payload-not-json",
            title="a token whose payload is not JSON",
            wrong="The payload is the text `hello`, and the signature is valid.",
            why="A verifier that checks only the signature accepts a token that has neither an "
            "audience nor an expiry time.",
            source="RFC 7519 §7.2 step 10",
        ),
        MintingSteps(encode_payload=encode_fixed(b"hello")),
        lambda t: t.payload != b"" and Problem.NOT_JSON in t.payload_part.problems,
    ),
    CatalogueEntry(
        _json(
            id="payload-not-object",
            title="a token whose payload is not an object",
            wrong="The payload is a JSON array that contains the claims set.",
            why="Code that expects an object fails, or finds no claims to check.",
            source="RFC 7519 §7.2 step 10, §3",
        ),
        MintingSteps(encode_payload=encode_list),
        lambda t: Problem.NOT_OBJECT in t.payload_part.problems,
    ),
    CatalogueEntry(
        _json(
            id="payload-utf16",
            title="a token whose payload is in UTF-16",
            wrong="The claims set is encoded in UTF-16, with a byte order mark.",
            why="A parser that guesses the encoding accepts a payload that another one rejects. "
            "Two services then disagree about one token.",
            source="RFC 8725 §3.7; RFC 7519 §7.2 step 10; RFC 8259 §8.1",
            severity=Severity.LOW,
        ),
        MintingSteps(encode_payload=encode_utf16),
        lambda t: Problem.UTF16 in t.payload_part.problems,
    ),
    CatalogueEntry(
        _json(
            id="payload-bom",
            title="a token whose payload begins with a byte order mark",
            wrong="The bytes EF BB BF precede the claims set.",
            why="RFC 8259 §8.1 forbids producers to write a byte order mark, and lets parsers "
            "ignore or reject it. Code that does neither fails.",
            source="RFC 8259 §8.1",
            verdict=Verdict.EITHER,
            severity=Severity.LOW,
        ),
        MintingSteps(encode_payload=wrap_object(before=BOM_UTF8)),
        lambda t: Problem.BOM in t.payload_part.problems,
    ),
    CatalogueEntry(
        _json(
            id="payload-trailing",
            title="a token whose payload continues after the claims set",
            wrong="The word `trailing` follows the JSON object.",
            why="A parser that stops at the last brace accepts a payload that another one rejects. "
            "Two services then disagree about one token.",
            source="RFC 7519 §7.2 step 10",
            severity=Severity.LOW,
        ),
        MintingSteps(encode_payload=wrap_object(after=b"trailing")),
        lambda t: Problem.TRAILING in t.payload_part.problems,
    ),
    CatalogueEntry(
        _base64url(
            id="base64-padding",
            title="a token with base64 padding",
            wrong="The signature ends with `=`, which base64url omits in a token.",
            why=_MANY_TEXTS,
            source=_BASE64URL,
        ),
        MintingSteps(
            transform_compact=change_part(_SIGNATURE, lambda part: part + "=" * (-len(part) % 4))
        ),
        lambda t: "=" in t.token,
    ),
    CatalogueEntry(
        _base64url(
            id="base64-blank",
            title="a token with a space inside its signature",
            wrong="A space follows the tenth character of the signature.",
            why=_MANY_TEXTS,
            source=f"{_BASE64URL}; RFC 6750 §2.1",
        ),
        MintingSteps(
            transform_compact=change_part(_SIGNATURE, lambda part: f"{part[:10]} {part[10:]}")
        ),
        lambda t: len(t.token.split()) > 1,
    ),
    CatalogueEntry(
        _base64url(
            id="base64-alphabet",
            title="a token in the standard alphabet of base64",
            wrong="The signature contains `+` and `/` instead of `-` and `_`.",
            why=_MANY_TEXTS,
            source=_BASE64URL,
        ),
        # One signature of ES256 or EdDSA in fifteen has no character that differs.
        MintingSteps(
            transform_compact=change_part(_SIGNATURE, _use_standard_alphabet), max_attempts=64
        ),
        lambda t: "+" in t.token or "/" in t.token,
    ),
    CatalogueEntry(
        _base64url(
            id="base64-stray-bits",
            title="a token whose last character has stray bits",
            wrong="The last character of the signature differs in a bit that is not part of any "
            "byte.",
            why=f"{_MANY_TEXTS} RFC 4648 §3.5 leaves the choice to the decoder.",
            source="RFC 4648 §3.5",
            verdict=Verdict.EITHER,
        ),
        MintingSteps(transform_compact=change_part(_SIGNATURE, _set_stray_bit)),
        lambda t: any(Problem.STRAY_BITS in part.problems for part in t.decoded),
    ),
    CatalogueEntry(
        _base64url(
            id="five-parts",
            title="a token of five parts",
            wrong="Two more parts follow the good signature.",
            why="A token of five parts is an encrypted token (JWE). A verifier that reads the "
            "first three parts and ignores the others accepts a token that was not made for it.",
            source="RFC 7515 §7.1; RFC 7516 §9",
            check="form",
        ),
        MintingSteps(transform_compact=lambda compact: f"{compact}.AAAA.AAAA"),
        lambda t: len(t.parts) == _JWE_PARTS,
    ),
)
