# DEV-ONLY: never ship to production.
"""`/admin/logins`: the decisions of the next users, so that a test needs no browser."""

from typing import Annotated, Any

from litestar import delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct, field

from token_issuer.oauth.done_logins import DoneLogin
from token_issuer.oauth.logins import PlannedLogins
from token_issuer.paths import ADMIN_LOGINS_PATH
from token_issuer.web.routes.declarations import (
    ADMIN_PROBLEMS,
    BODY_PROBLEMS,
    IssuerDependency,
    ProvidersDependency,
)


class LoginPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The decision of the user of one login."""

    user: (
        Annotated[str, Meta(description="The name of the user who logs in.", examples=["alice"])]
        | None
    ) = None
    deny: Annotated[bool, Meta(description="Whether the user denies the login.")] = False
    claims: Annotated[
        dict[str, Any],
        Meta(description="Claims of this login alone, which override those of the user."),
    ] = field(default_factory=dict)
    defect: (
        Annotated[
            str,
            Meta(
                description="What is wrong with the login: the id of a defect of GET /defects.",
                examples=["nonce-wrong"],
            ),
        ]
        | None
    ) = None


class LoginPlanList(Struct, frozen=True, kw_only=True):
    """The planned logins, and the latest that are done."""

    logins: Annotated[
        list[LoginPlan], Meta(description="Each is used once, the first one by the next login.")
    ]
    done: Annotated[list[DoneLogin], Meta(description="The latest logins, the oldest first.")]


@get(
    ADMIN_LOGINS_PATH,
    summary="List the planned logins and the latest ones",
    responses=ADMIN_PROBLEMS,
)
async def list_logins(issuer: IssuerDependency, providers: ProvidersDependency) -> LoginPlanList:
    """List the planned logins, and the latest that are done."""
    return _describe(providers.find(issuer.name).logins)


@post(
    ADMIN_LOGINS_PATH,
    summary="Plan the login after those that are planned",
    status_code=200,
    responses=BODY_PROBLEMS,
)
async def plan_login(
    data: JSONBody[LoginPlan], issuer: IssuerDependency, providers: ProvidersDependency
) -> LoginPlanList:
    """Plan a login, and list all planned ones."""
    logins = providers.find(issuer.name).logins
    logins.next(data.user, deny=data.deny, claims=data.claims, defect=data.defect)
    return _describe(logins)


@delete(
    ADMIN_LOGINS_PATH,
    summary="Forget the planned and the latest logins",
    status_code=200,
    responses=ADMIN_PROBLEMS,
)
async def clear_logins(issuer: IssuerDependency, providers: ProvidersDependency) -> LoginPlanList:
    """Forget the planned and the latest logins, and return the empty lists."""
    logins = providers.find(issuer.name).logins
    logins.clear()
    return _describe(logins)


def _describe(logins: PlannedLogins) -> LoginPlanList:
    return LoginPlanList(
        logins=[
            LoginPlan(
                user=planned.user,
                deny=planned.is_denied,
                claims=dict(planned.claims),
                defect=planned.defect or None,
            )
            for planned in logins
        ],
        done=list(logins.done),
    )
