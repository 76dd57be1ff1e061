# DEV-ONLY: never ship to production.
"""Client authentication: a secret in Basic credentials or in the body, or a public client.

Spec: RFC 6749 §2.3 and §3.2.1
"""

import hmac
from typing import Final, NamedTuple

from token_issuer.oauth.clients import Client, Clients
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.parameters import Parameters

METHODS: Final = ("client_secret_basic", "client_secret_post", "none")


class BasicCredentials(NamedTuple):
    """The decoded Basic credentials of a request; `web` reads the header field.

    Attributes:
        client_id: The client id.
        secret: The secret, which may be empty.
    """

    client_id: str
    secret: str


def identify_client(
    clients: Clients, parameters: Parameters, basic: BasicCredentials | None
) -> Client:
    """Return the client that sent a request: a public one, or one that proves its secret.

    Raises:
        OAuthError: the client is unknown, its secret is wrong, or it uses two methods at once.
    """
    return _identify(clients, parameters, basic)[0]


def authenticate_client(
    clients: Clients, parameters: Parameters, basic: BasicCredentials | None
) -> Client:
    """Return the client that sent a request and has proved its secret.

    Raises:
        OAuthError: as for `identify_client`, or the client has sent no secret.
    """
    client, secret = _identify(clients, parameters, basic)
    if not secret:
        message = "client_secret: missing; this endpoint accepts only clients with a secret"
        raise OAuthError(ErrorCode.INVALID_CLIENT, message, "client_secret")
    return client


def _identify(
    clients: Clients, parameters: Parameters, basic: BasicCredentials | None
) -> tuple[Client, str]:
    client_id, secret = _read_credentials(parameters, basic)
    client = clients.find(client_id)
    if client is None:
        raise OAuthError(ErrorCode.INVALID_CLIENT, clients.describe_unknown(client_id), "client_id")
    if client.is_declared and not hmac.compare_digest(
        secret.encode(), (client.secret or "").encode()
    ):
        if client.secret is None:
            message = f"client_secret: the client '{client_id[:80]}' is declared without a secret"
        elif secret:
            message = f"client_secret: wrong for the client '{client_id[:80]}'"
        else:
            message = f"client_secret: missing; the client '{client_id[:80]}' has one"
        raise OAuthError(ErrorCode.INVALID_CLIENT, message, "client_secret")
    return client, secret


def _read_credentials(parameters: Parameters, basic: BasicCredentials | None) -> tuple[str, str]:
    client_id = parameters.get("client_id")
    secret = parameters.get("client_secret")
    for name in ("client_assertion", "client_assertion_type"):
        if parameters.get(name) is not None:
            message = f"{name}: is not supported; expected {', '.join(METHODS)}"
            raise OAuthError(ErrorCode.INVALID_CLIENT, message, name)
    if basic is None:
        if client_id is None:
            message = "client_id: missing; send it in the body, or Basic credentials"
            raise OAuthError(ErrorCode.INVALID_CLIENT, message, "client_id")
        return client_id, secret or ""
    if secret is not None:
        message = "client_secret and the Authorization header: expected one of them"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "client_secret", "Authorization")
    if client_id not in {None, basic.client_id}:
        message = "client_id and the Authorization header contradict each other: send one of them"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "client_id", "Authorization")
    return basic
