# DEV-ONLY: never ship to production.
"""What a token request may hold, whatever form it came in."""

from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from token_issuer.config.choices import ALGORITHMS

Text = Annotated[str, Meta(min_length=1)]
TextOrList = Text | Annotated[list[Text], Meta(min_length=1)]


class TokenRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of `POST /token`; all of them are optional.

    `client_secret` is accepted, since OAuth clients send it, but neither checked nor kept.
    """

    sub: (
        Annotated[
            Text, Meta(description="Subject. Default: client_id, or dev-user.", examples=["alice"])
        ]
        | UnsetType
    ) = UNSET
    aud: (
        Annotated[TextOrList, Meta(description="Audience, one or several.", examples=["my-api"])]
        | UnsetType
    ) = UNSET
    iss: Annotated[Text, Meta(description="Issuer.")] | UnsetType = UNSET
    kid: (
        Annotated[Text, Meta(description="Name of the signing key, whatever its state.")]
        | UnsetType
    ) = UNSET
    alg: (
        Annotated[
            Text,
            Meta(
                description="Algorithm; the key that is active for it signs. Default: RS256.",
                examples=["ES256"],
                extra_json_schema={"enum": list(ALGORITHMS)},
            ),
        ]
        | UnsetType
    ) = UNSET
    profile: (
        Annotated[
            Text,
            Meta(description="Claims and lifetime: plain, google or an own.", examples=["google"]),
        ]
        | UnsetType
    ) = UNSET
    now: (
        Annotated[
            int | float | str,
            Meta(
                description="When the token is made: a NumericDate, or RFC 3339 text.",
                examples=["2026-03-01T12:00:00Z"],
            ),
        ]
        | UnsetType
    ) = UNSET
    exp: (
        Annotated[
            int | float | str,
            Meta(
                description="A number: NumericDate (seconds since 1970). A string: duration "
                "from now, such as 15m, 2h, 90s; -5m is already expired.",
                examples=["15m"],
            ),
        ]
        | UnsetType
    ) = UNSET
    claims: (
        Annotated[
            dict[str, Any],
            Meta(
                description="More claims. They win over the defaults; null leaves a default out.",
                examples=[{"role": "admin"}],
            ),
        ]
        | UnsetType
    ) = UNSET
    grant_type: (
        Annotated[
            str, Meta(description="Only client_credentials.", examples=["client_credentials"])
        ]
        | UnsetType
    ) = UNSET
    client_id: (
        Annotated[Text, Meta(description="Becomes a claim and, without sub, the subject.")]
        | UnsetType
    ) = UNSET
    client_secret: Annotated[str, Meta(description="Not checked.")] | UnsetType = UNSET
    scope: (
        Annotated[
            Text, Meta(description="Becomes a claim (RFC 6749 §3.3).", examples=["read write"])
        ]
        | UnsetType
    ) = UNSET
    audience: Annotated[Text, Meta(description="Another name of aud.")] | UnsetType = UNSET
    resource: (
        Annotated[TextOrList, Meta(description="Another name of aud (RFC 8707).")] | UnsetType
    ) = UNSET
    defect: (
        Annotated[
            Text,
            Meta(
                description="What is to be wrong with the token: an id of GET /defects.",
                examples=["alg-none"],
            ),
        ]
        | UnsetType
    ) = UNSET


FIELDS: Final = TokenRequest.__struct_fields__
"""The names of all fields, in the order people should read them."""


class TokenResponse(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 6749 §5.1. `expires_in` is absent where the token's `exp` is absent or no number.

    With a defect it is absent too, and `authorization` says what to send.
    """

    access_token: str
    token_type: Annotated[str, Meta(examples=["Bearer"])]
    expires_in: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    scope: str | UnsetType = UNSET
    authorization: (
        Annotated[
            list[str],
            Meta(description="With a defect: the Authorization header fields to send, in order."),
        ]
        | UnsetType
    ) = UNSET
