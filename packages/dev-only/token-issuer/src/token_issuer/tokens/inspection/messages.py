# DEV-ONLY: never ship to production.
"""The description of an inspected text."""

from enum import StrEnum
from typing import Annotated

from jwt_core import Algorithm
from msgspec import Meta, Struct

from token_issuer.keys.ring import KeyState
from token_issuer.timing.timestamps import Timestamp
from token_issuer.tokens.defects.signers import Signer


class TextKind(StrEnum):
    """What a text is.

    Attributes:
        JWT: A JWT, perhaps with defects: its header has `alg` or `typ`, or the second of its three
            parts is a JSON object.
        JWE: An encrypted token: its header has `enc`.
        OPAQUE: A code, token or cookie of a token-issuer, which only this issuer can read.
        OTHER: Anything else.
    """

    JWT = "jwt"
    JWE = "jwe"
    OPAQUE = "opaque"
    OTHER = "other"


class InspectedPart(Struct, frozen=True, kw_only=True):
    """A part of the text, between two dots."""

    name: Annotated[str, Meta(description="header, payload, signature, part 4, …")]
    text: Annotated[str, Meta(description="The text; only its beginning if it is long.")]
    length: Annotated[int, Meta(description="The number of characters of the whole part.")]
    size: Annotated[
        int | None, Meta(description="The number of decoded bytes; null: not base64url.")
    ]
    decoded: Annotated[
        str | None,
        Meta(
            description="The decoded text, only its beginning if it is long, with U+FFFD for each "
            "invalid byte. Null: not base64url, or a signature."
        ),
    ]
    problems: Annotated[list[str], Meta(description="What is wrong with it, in sentences.")]


class InspectedMember(Struct, frozen=True, kw_only=True):
    """A header parameter or a claim."""

    name: str
    value: Annotated[
        str,
        Meta(description="The value as it is written in JSON; only its beginning if it is long."),
    ]
    meaning: Annotated[str | None, Meta(description="Its meaning; null: not a known name.")]
    source: Annotated[
        str | None, Meta(description="Where it is defined.", examples=["RFC 7519 §4.1.4"])
    ]
    time: Annotated[
        Timestamp | None,
        Meta(description="The value as a time; null: it is not a known NumericDate."),
    ]


class SignatureJudgement(Struct, frozen=True, kw_only=True):
    """Who made the signature, according to the keys of the ring in use."""

    summary: Annotated[str, Meta(description="The judgement in sentences.")]
    signer: Annotated[Signer, Meta(description="Who made the signature.")]
    kid: Annotated[str | None, Meta(description="The key of the ring that made it.")]
    alg: Annotated[
        Algorithm | None, Meta(description="The algorithm for which the ring has this key.")
    ]
    state: Annotated[KeyState | None, Meta(description="The state of this key.")]
    published: Annotated[bool | None, Meta(description="Whether the key documents hold this key.")]
    embedded: Annotated[
        bool | None,
        Meta(
            description="Whether the key that the header contains as jwk made the signature; null: "
            "it contains none."
        ),
    ]


class StrictVerdict(Struct, frozen=True, kw_only=True):
    """The verdict of a strict verifier, which has the published keys and allows no leeway."""

    accepted: bool
    code: Annotated[
        str | None,
        Meta(description="The code of the error.", examples=["token_expired"]),
    ]
    message: Annotated[str, Meta(description="The message of the error, or what was checked.")]
    issuer: Annotated[str, Meta(description="The expected issuer.")]
    audience: Annotated[str, Meta(description="The expected audience.")]
    now: Annotated[Timestamp, Meta(description="The time of the check, by the issuer's clock.")]


class Inspection(Struct, frozen=True, kw_only=True):
    """All that is known about a text."""

    kind: Annotated[TextKind, Meta(description="What the text is.")]
    summary: Annotated[str, Meta(description="What the text is, in a sentence.")]
    notes: Annotated[
        list[str], Meta(description="What was removed around or within the token, in sentences.")
    ]
    parts: Annotated[list[InspectedPart], Meta(description="The parts, between the dots.")]
    header: Annotated[
        list[InspectedMember],
        Meta(description="The header parameters in their order, repeated ones too."),
    ]
    claims: Annotated[
        list[InspectedMember], Meta(description="The claims in their order, repeated ones too.")
    ]
    signature: Annotated[
        SignatureJudgement | None, Meta(description="Who made the signature; null: not a JWT.")
    ]
    verdict: Annotated[StrictVerdict, Meta(description="What a strict verifier says.")]
    defects: Annotated[
        list[str],
        Meta(
            description="The defects of tokens that the text shows: ids of GET /defects, in its "
            "order."
        ),
    ]
