# DEV-ONLY: never ship to production.
"""Messages of the token endpoint: the token request and the token response, in any encoding."""

from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from token_issuer.config.choices import ALGORITHMS
from token_issuer.config.profiles import BUILT_IN

Text = Annotated[str, Meta(min_length=1)]
TextOrList = Text | Annotated[list[Text], Meta(min_length=1)]


class TokenRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of `POST /token`; all of them are optional.

    `client_secret` is accepted, because OAuth clients send it, but it is neither checked nor kept.
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
        Annotated[Text, Meta(description="The signing key, in any state but removed.")] | UnsetType
    ) = UNSET
    alg: (
        Annotated[
            Text,
            Meta(
                description="Algorithm; its active key signs. Default: that of the profile, RS256.",
                examples=["ES256"],
                extra_json_schema={"enum": list(ALGORITHMS)},
            ),
        ]
        | UnsetType
    ) = UNSET
    profile: (
        Annotated[
            Text,
            Meta(
                description=f"Claims and lifetime: {', '.join(BUILT_IN)}, or a custom profile.",
                examples=["google"],
            ),
        ]
        | UnsetType
    ) = UNSET
    now: (
        Annotated[
            int | float | str,
            Meta(
                description="The time of issue: a NumericDate, or RFC 3339 text.",
                examples=["2026-03-01T12:00:00Z"],
            ),
        ]
        | UnsetType
    ) = UNSET
    exp: (
        Annotated[
            int | float | str,
            Meta(
                description="The time of expiry. A string: a duration from now, such as 15m, 2h, "
                "90s; -5m has expired already. A number: seconds since 1970 (NumericDate).",
                examples=["15m"],
            ),
        ]
        | UnsetType
    ) = UNSET
    claims: (
        Annotated[
            dict[str, Any],
            Meta(
                description="Further claims. They override the defaults; null removes a default.",
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
    audience: Annotated[Text, Meta(description="Same as aud.")] | UnsetType = UNSET
    resource: Annotated[TextOrList, Meta(description="Same as aud (RFC 8707).")] | UnsetType = UNSET
    defect: (
        Annotated[
            Text,
            Meta(
                description="The defect of the token: an id of GET /defects.",
                examples=["alg-none"],
            ),
        ]
        | UnsetType
    ) = UNSET


FIELDS: Final = TokenRequest.__struct_fields__
"""The names of all fields, in the order in which errors list them."""


class TokenResponse(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The token response of RFC 6749 §5.1.

    `expires_in` is absent if the token has a defect, or an `exp` that is not a number. With a
    defect, `authorization` holds the header fields to send.
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
