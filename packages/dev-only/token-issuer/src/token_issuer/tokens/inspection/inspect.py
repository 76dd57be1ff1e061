# DEV-ONLY: never ship to production.
"""Inspection of any text that may be a token."""

from typing import Final

from proxy_guard.dev_marks import CREDENTIALS

from token_issuer.tokens.defects.catalogue import ENTRIES
from token_issuer.tokens.defects.reading import TokenReading
from token_issuer.tokens.inspection.cleaning import clean
from token_issuer.tokens.inspection.explanations import describe_claims, describe_header
from token_issuer.tokens.inspection.messages import Inspection, TextKind
from token_issuer.tokens.inspection.parts import describe_parts
from token_issuer.tokens.inspection.signature import judge_signature
from token_issuer.tokens.inspection.verdict import choose_expected, judge_strictly
from token_issuer.tokens.issuer import Issuer

_SUMMARIES: Final = {
    TextKind.JWT: "This is a JWT.",
    TextKind.JWE: "This is an encrypted token (JWE). Only its recipient can read it.",
    TextKind.OTHER: "This is not a JWT: a JWT has three parts with dots between them, and begins "
    "with eyJ, since its header is a JSON object in base64url.",
}
_JWT_PARTS: Final = 3


def inspect_token(
    text: str,
    issuer: Issuer,
    *,
    expected_issuer: str | None = None,
    expected_audience: str | None = None,
) -> Inspection:
    """Describe *text*, which may be anything.

    Args:
        text: A token, `Authorization` header fields, a token response, or any other text.
        issuer: The issuer whose keys, clock and settings are used.
        expected_issuer: The issuer that a verifier expects. By default, it is that of the profile
            whose issuer the token names, or else the identifier of *issuer*.
        expected_audience: The audience that a verifier expects; by default that of this profile.
    """
    cleaned = clean(text)
    now = issuer.clock()
    view = issuer.keys.view

    def choose(iss: str) -> tuple[str, str]:
        names = choose_expected(issuer, expected_issuer or iss)
        return expected_issuer or names[0], expected_audience or names[1]

    reading = TokenReading(
        token=cleaned.token,
        fields=cleaned.fields,
        choose_expected=choose,
        now=now.timestamp(),
        ring={kid: issuer.collect_ingredients({}, key, now) for kid, key in view.keys.items()},
        attacker=issuer.attacker,
    )
    kind, summary = _classify(reading)
    is_jwt = kind is TextKind.JWT
    return Inspection(
        kind=kind,
        summary=summary,
        notes=cleaned.notes,
        parts=[] if kind is TextKind.OPAQUE else describe_parts(reading, kind),
        header=describe_header(reading.header_part),
        claims=describe_claims(reading.payload_part) if is_jwt else [],
        signature=judge_signature(reading, view.ring, issuer.keys.clock()) if is_jwt else None,
        verdict=judge_strictly(reading, view.verification_keys, now),
        defects=[id_ for id_, entry in ENTRIES.items() if is_jwt and entry.is_shown_by(reading)],
    )


def _classify(reading: TokenReading) -> tuple[TextKind, str]:
    for mark, name in CREDENTIALS.items():
        if reading.token.startswith(mark):
            summary = (
                f"This is {name} of a token-issuer. It is opaque: only its issuer can read it."
            )
            return TextKind.OPAQUE, summary
    if "enc" in reading.header:
        kind = TextKind.JWE
    else:
        is_header = "alg" in reading.header or "typ" in reading.header
        has_claims = len(reading.parts) == _JWT_PARTS and reading.payload_part.members is not None
        kind = TextKind.JWT if is_header or has_claims else TextKind.OTHER
    return kind, _SUMMARIES[kind]
