# DEV-ONLY: never ship to production.
"""`/admin/service-accounts`: the service accounts that may get tokens."""

from http import HTTPStatus
from typing import Annotated, Any

from litestar import Request, delete, get, put
from msgspec import Meta, Struct

from token_issuer.config.google_settings import DEFAULT_PROJECT
from token_issuer.config.parsers import ACCOUNT_DOMAIN
from token_issuer.errors import InvalidInputError
from token_issuer.google.service_accounts import ServiceAccounts
from token_issuer.paths import ADMIN_SERVICE_ACCOUNTS_PATH
from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.errors import HttpError
from token_issuer.web.routes.declarations import (
    ADMIN_PROBLEMS,
    IssuerDependency,
    ProvidersDependency,
    describe_in_path,
    describe_problems,
)
from token_issuer.web.urls import get_client_url

_Email = Annotated[
    str,
    describe_in_path(
        "The email address of the service account.", f"app@{DEFAULT_PROJECT}{ACCOUNT_DOMAIN}"
    ),
]


class ServiceAccountDescription(Struct, frozen=True, kw_only=True):
    """A service account, without its private keys."""

    email: str
    client_id: Annotated[str, Meta(description="The unique number, the sub of its ID tokens.")]
    kids: Annotated[list[str], Meta(description="The ids of its keys, the newest last.")]


class ServiceAccountList(Struct, frozen=True, kw_only=True):
    """The service accounts, the default one first."""

    service_accounts: list[ServiceAccountDescription]


@get(ADMIN_SERVICE_ACCOUNTS_PATH, summary="List the service accounts", responses=ADMIN_PROBLEMS)
async def list_service_accounts(
    issuer: IssuerDependency, providers: ProvidersDependency
) -> ServiceAccountList:
    """List the service accounts of key files, and those that were added."""
    return _describe_all(providers.find_machines(issuer.name).service_accounts)


# In a thread, since it generates an RSA key, which takes too long for an event loop.
@put(
    f"{ADMIN_SERVICE_ACCOUNTS_PATH}/{{email:str}}",
    summary="Add a service account, or give it a new key, and return its key file",
    responses=describe_problems(401, 403),
    sync_to_thread=True,
)
def put_service_account(
    request: Request[Any, Any, Any],
    email: _Email,
    issuer: IssuerDependency,
    providers: ProvidersDependency,
) -> dict[str, Any]:
    """Add a service account, and return the content of its key file."""
    url = get_client_url(issuer, request.scope["state"][REQUEST_STATE])
    return providers.find_machines(issuer.name).service_accounts.add(email, url=url)


@delete(
    f"{ADMIN_SERVICE_ACCOUNTS_PATH}/{{email:str}}",
    summary="Remove a service account that was added, whose tokens are rejected from then on",
    status_code=200,
    responses=describe_problems(401, 403, 404),
)
async def remove_service_account(
    email: _Email, issuer: IssuerDependency, providers: ProvidersDependency
) -> ServiceAccountList:
    """Remove a service account that was added, and list the others."""
    accounts = providers.find_machines(issuer.name).service_accounts
    try:
        accounts.remove(email)
    except InvalidInputError as error:
        raise HttpError(HTTPStatus.NOT_FOUND, str(error)) from error
    return _describe_all(accounts)


def _describe_all(accounts: ServiceAccounts) -> ServiceAccountList:
    return ServiceAccountList(
        service_accounts=[
            ServiceAccountDescription(
                email=account.email,
                client_id=account.client_id,
                kids=[key.kid for key in account.keys],
            )
            for account in accounts
        ]
    )
