# DEV-ONLY: never ship to production.
"""`/admin/faults`: the faults of endpoints."""

from typing import Annotated

from litestar import delete, get, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from token_issuer.faults.fault import MAX_FAULTS, Fault
from token_issuer.faults.registry import FaultState
from token_issuer.paths import ADMIN_FAULTS_PATH
from token_issuer.web.routes.declarations import ADMIN_PROBLEMS, BODY_PROBLEMS, IssuerDependency


class FaultRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The faults that replace those that are set."""

    faults: Annotated[
        list[Fault],
        Meta(
            max_length=MAX_FAULTS,
            description="All faults are active at the same time. Of faults that exclude each "
            "other, such as two of one kind, only the first that has not ended is active.",
        ),
    ]


class FaultList(Struct, frozen=True, kw_only=True):
    """The faults that were set last, including those that have ended."""

    faults: list[FaultState]


@get(ADMIN_FAULTS_PATH, summary="List the faults of endpoints", responses=ADMIN_PROBLEMS)
async def list_faults(issuer: IssuerDependency) -> FaultList:
    """List the faults that were set last."""
    return FaultList(faults=issuer.faults.list())


# In a thread, since some faults generate an RSA key, which takes too long for an event loop.
@put(
    ADMIN_FAULTS_PATH,
    summary="Set the faults of endpoints",
    responses=BODY_PROBLEMS,
    sync_to_thread=True,
)
def set_faults(data: JSONBody[FaultRequest], issuer: IssuerDependency) -> FaultList:
    """Replace the faults, and list the new ones."""
    return FaultList(faults=issuer.faults.set(*data.faults))


@delete(
    ADMIN_FAULTS_PATH,
    summary="Remove the faults of endpoints",
    status_code=200,
    responses=ADMIN_PROBLEMS,
)
async def reset_faults(issuer: IssuerDependency) -> FaultList:
    """Remove all faults."""
    issuer.faults.reset()
    return FaultList(faults=issuer.faults.list())
