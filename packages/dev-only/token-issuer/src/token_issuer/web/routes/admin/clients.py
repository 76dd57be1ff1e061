# DEV-ONLY: never ship to production.
"""`/admin/clients`: the relying parties that may log users in. Secrets are never shown."""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import unquote

from litestar import Request, delete, get, put
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from token_issuer.errors import InvalidInputError
from token_issuer.oauth.clients import Client, Clients
from token_issuer.paths import ADMIN_CLIENTS_PATH
from token_issuer.web.errors import HttpError
from token_issuer.web.routes.declarations import (
    ADMIN_PROBLEMS,
    BODY_PROBLEMS,
    IssuerDependency,
    ProvidersDependency,
    describe_in_path,
    describe_problems,
)

_ClientId = Annotated[str, describe_in_path("The client id; it may be a URL.", "app")]
_RedirectUris = Annotated[
    list[str],
    Meta(
        description="Without any, loopback and names without a dot are accepted.",
        examples=[["http://localhost:3000/callback"]],
    ),
]


class ClientRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of a table `[clients.ID]` of the profiles file."""

    secret: Annotated[str, Meta(description="Without one, the client is public.")] | UnsetType = (
        UNSET
    )
    redirect_uris: _RedirectUris | UnsetType = UNSET
    post_logout_redirect_uris: _RedirectUris | UnsetType = UNSET
    require_pkce: (
        Annotated[
            bool, Meta(description="Whether authorization requests without a challenge are errors.")
        ]
        | UnsetType
    ) = UNSET
    claims: (
        Annotated[dict[str, Any], Meta(description="Claims of all tokens for this client.")]
        | UnsetType
    ) = UNSET


class ClientDescription(Struct, frozen=True, kw_only=True):
    """A client, without its secret."""

    client_id: str
    has_secret: bool
    redirect_uris: _RedirectUris
    post_logout_redirect_uris: _RedirectUris
    require_pkce: bool
    claims: dict[str, Any]


class ClientList(Struct, frozen=True, kw_only=True):
    """The clients, in the order in which they were declared and added."""

    clients: Annotated[
        list[ClientDescription], Meta(description="If empty, each client id is accepted.")
    ]


@get(ADMIN_CLIENTS_PATH, summary="List the clients", responses=ADMIN_PROBLEMS)
async def list_clients(issuer: IssuerDependency, providers: ProvidersDependency) -> ClientList:
    """List the declared clients, and those that were added."""
    return _describe_all(providers.find(issuer.name).clients)


@put(
    f"{ADMIN_CLIENTS_PATH}/{{client_id:path}}",
    summary="Add or replace a client",
    responses=BODY_PROBLEMS,
)
async def put_client(
    request: Request[Any, Any, Any],
    client_id: _ClientId,
    data: JSONBody[ClientRequest],
    issuer: IssuerDependency,
    providers: ProvidersDependency,
) -> ClientDescription:
    """Add a client, or replace the one with this client id, and describe it."""
    fields = {name: value for name, value in asdict(data).items() if value is not UNSET}
    clients = providers.find(issuer.name).clients
    return _describe(clients.add(_read_client_id(request, client_id), **fields))


@delete(
    f"{ADMIN_CLIENTS_PATH}/{{client_id:path}}",
    summary="Remove a client, whose codes and tokens are rejected from then on",
    status_code=200,
    responses=describe_problems(401, 403, 404),
)
async def remove_client(
    request: Request[Any, Any, Any],
    client_id: _ClientId,
    issuer: IssuerDependency,
    providers: ProvidersDependency,
) -> ClientList:
    """Remove a client, and list the others."""
    clients = providers.find(issuer.name).clients
    try:
        clients.remove(_read_client_id(request, client_id))
    except InvalidInputError as error:
        raise HttpError(HTTPStatus.NOT_FOUND, str(error)) from error
    return _describe_all(clients)


def _read_client_id(request: Request[Any, Any, Any], routed: str) -> str:
    """Return the client id in the path of *request*.

    A client id may be a URL, such as `https://app.test/`. The *routed* path has lost repeated
    slashes and the one at the end, so the path is read as it was sent.
    """
    sent = request.scope["raw_path"].decode("latin-1")
    _, prefix, encoded = sent.partition(f"{ADMIN_CLIENTS_PATH}/")
    return unquote(encoded) if prefix else routed.removeprefix("/")


def _describe_all(clients: Clients) -> ClientList:
    return ClientList(clients=[_describe(client) for client in clients])


def _describe(client: Client) -> ClientDescription:
    return ClientDescription(
        client_id=client.client_id,
        has_secret=client.secret is not None,
        redirect_uris=list(client.redirect_uris),
        post_logout_redirect_uris=list(client.post_logout_redirect_uris),
        require_pkce=client.require_pkce,
        claims=dict(client.claims),
    )
