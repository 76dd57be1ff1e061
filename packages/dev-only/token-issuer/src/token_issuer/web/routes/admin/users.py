# DEV-ONLY: never ship to production.
"""`/admin/users`: the users who can log in, and their claims."""

from http import HTTPStatus
from typing import Annotated, Any

from litestar import delete, get, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from token_issuer.errors import InvalidInputError
from token_issuer.oauth.users import User, Users
from token_issuer.paths import ADMIN_USERS_PATH
from token_issuer.web.errors import HttpError
from token_issuer.web.routes.declarations import (
    ADMIN_PROBLEMS,
    BODY_PROBLEMS,
    IssuerDependency,
    ProvidersDependency,
    describe_in_path,
    describe_problems,
)

_Name = Annotated[str, describe_in_path("The name of the user.", "erin")]


class UserDescription(Struct, frozen=True, kw_only=True):
    """A user."""

    name: Annotated[str, Meta(description="The name on the login page and in requests.")]
    sub: str
    claims: Annotated[
        dict[str, Any], Meta(description="All claims but sub, including those that have defaults.")
    ]


class UserList(Struct, frozen=True, kw_only=True):
    """The users who can log in, in the order in which they were declared and added."""

    users: list[UserDescription]


@get(ADMIN_USERS_PATH, summary="List the users", responses=ADMIN_PROBLEMS)
async def list_users(issuer: IssuerDependency, providers: ProvidersDependency) -> UserList:
    """List the declared users, and those that were added."""
    return _describe_all(providers.find(issuer.name).users)


@put(
    f"{ADMIN_USERS_PATH}/{{name:str}}",
    summary="Add or replace a user",
    description="The body is an object of claims. `sub` is the name unless given, and `omit` lists "
    "default claims that the user lacks.",
    responses=BODY_PROBLEMS,
)
async def put_user(
    name: _Name,
    data: JSONBody[dict[str, Any]],
    issuer: IssuerDependency,
    providers: ProvidersDependency,
) -> UserDescription:
    """Add a user, or replace the one with this name, and describe the user."""
    return _describe(providers.find(issuer.name).users.add(name, **data))


@delete(
    f"{ADMIN_USERS_PATH}/{{name:str}}",
    summary="Remove a user, whose sessions and tokens are rejected from then on",
    status_code=200,
    responses=describe_problems(401, 403, 404),
)
async def remove_user(
    name: _Name, issuer: IssuerDependency, providers: ProvidersDependency
) -> UserList:
    """Remove a user, and list the others."""
    users = providers.find(issuer.name).users
    try:
        users.remove(name)
    except InvalidInputError as error:
        raise HttpError(HTTPStatus.NOT_FOUND, str(error)) from error
    return _describe_all(users)


def _describe_all(users: Users) -> UserList:
    return UserList(users=[_describe(user) for user in users])


def _describe(user: User) -> UserDescription:
    return UserDescription(name=user.name, sub=user.sub, claims=dict(user.claims))
