# DEV-ONLY: never ship to production.
"""Google's security token service: the token of another issuer for a federated access token.

Spec: RFC 8693 §2, https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from token_issuer.config.google_tables import PROVIDER
from token_issuer.google.machine_tokens import issue_machine_token
from token_issuer.google.workload_identity import WorkloadProvider
from token_issuer.grant_types import TOKEN_EXCHANGE
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.parameters import MAX_VALUE_CHARACTERS, Parameters
from token_issuer.oauth.scopes import parse_scope
from token_issuer.oauth.state import ProviderState

ACCESS_TOKEN_TYPE: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  # a name
SUBJECT_TOKEN_TYPES: Final = (
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:id_token",
)


class FederatedToken(Struct, frozen=True, kw_only=True):
    """The response to a token exchange (RFC 8693 §2.2.1)."""

    access_token: str
    issued_token_type: str
    token_type: str
    expires_in: int


def exchange_token(
    state: ProviderState,
    providers: Mapping[str, WorkloadProvider],
    parameters: Parameters,
    now: datetime,
) -> FederatedToken:
    """Return the federated access token for a subject token.

    Args:
        state: The state of the provider.
        providers: The workload identity providers by their full names.
        parameters: The parameters of the request.
        now: The time of the request.

    Raises:
        OAuthError: the request or the subject token is invalid.
    """
    parameters.reject_repeated()
    _require(parameters, "grant_type", (TOKEN_EXCHANGE,), ErrorCode.UNSUPPORTED_GRANT_TYPE)
    _require(parameters, "subject_token_type", SUBJECT_TOKEN_TYPES)
    if parameters.get("requested_token_type") is not None:
        _require(parameters, "requested_token_type", (ACCESS_TOKEN_TYPE,))
    if parameters.get("actor_token") is not None:
        message = "actor_token: is not supported; leave it out"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "actor_token")
    provider = _find_provider(providers, parameters.require("audience"))
    scope = parse_scope(parameters.require("scope"), MAX_VALUE_CHARACTERS)
    principal = provider.verify(parameters.require("subject_token"), now)
    token = issue_machine_token(state, principal, scope, now)
    return FederatedToken(
        access_token=token.access_token,
        issued_token_type=ACCESS_TOKEN_TYPE,
        token_type=token.token_type,
        expires_in=token.expires_in,
    )


def _require(
    parameters: Parameters,
    name: str,
    expected: tuple[str, ...],
    code: ErrorCode = ErrorCode.INVALID_REQUEST,
) -> None:
    if parameters.require(name) not in expected:
        message = f"{name}: expected {' or '.join(expected)}"
        raise OAuthError(code, message, name)


def _find_provider(providers: Mapping[str, WorkloadProvider], audience: str) -> WorkloadProvider:
    if (provider := providers.get(audience)) is not None:
        return provider
    if PROVIDER.fullmatch(audience) is None:
        message = (
            "audience: expected the full name of a workload identity provider: //iam.googleapis.com"
            "/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER"
        )
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "audience")
    message = (
        "audience: no workload identity provider has this name; declare it in a table "
        "[workload_identity.NAME] of the profiles file"
    )
    raise OAuthError(ErrorCode.INVALID_TARGET, message, "audience")
