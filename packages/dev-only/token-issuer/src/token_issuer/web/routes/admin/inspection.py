# DEV-ONLY: never ship to production.
"""`/admin/inspect`: the description of any text that may be a token. Nothing of it is kept."""

from typing import Annotated, Final

from litestar import post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from token_issuer.paths import ADMIN_INSPECT_PATH
from token_issuer.tokens.inspection.messages import Inspection
from token_issuer.tokens.messages import Text
from token_issuer.web.routes.declarations import BODY_PROBLEMS, IssuerDependency

_MAX_BODY_BYTES: Final = 256 * 1024  # a token response has the token of the defect size-100kb twice


class InspectionRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text to inspect, and what a verifier expects."""

    token: Annotated[
        str,
        Meta(
            description="A token, valid or not; also Authorization header fields, or a token "
            "response.",
            examples=["Bearer eyJhbGciOiJub25lIn0.e30."],
        ),
    ]
    audience: (
        Annotated[
            Text,
            Meta(
                description="The audience that the verifier expects. Default: that of the issuer."
            ),
        ]
        | None
    ) = None
    issuer: (
        Annotated[
            Text,
            Meta(
                description="The issuer that the verifier expects. Default: this one, or that of "
                "its profile."
            ),
        ]
        | None
    ) = None


# In a thread, since some signatures take many attempts.
@post(
    ADMIN_INSPECT_PATH,
    summary="Inspect a token: its parts, its signature, its defects, a strict verdict",
    status_code=200,
    responses=BODY_PROBLEMS,
    request_max_body_size=_MAX_BODY_BYTES,
    sync_to_thread=True,
)
def inspect_text(data: JSONBody[InspectionRequest], issuer: IssuerDependency) -> Inspection:
    """Describe any text that may be a token."""
    # Imported only here: most issuers do not need it.
    from token_issuer.tokens.inspection.inspect import inspect_token  # noqa: PLC0415

    return inspect_token(
        data.token,
        issuer,
        expected_issuer=data.issuer,
        expected_audience=data.audience,
    )
