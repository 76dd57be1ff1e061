# DEV-ONLY: never ship to production.
"""`/admin/faults`: the faults of endpoints."""

from http import HTTPStatus
from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from token_issuer.errors import InvalidInputError
from token_issuer.faults.fault import MAX_FAULTS, Fault
from token_issuer.faults.registry import FaultState
from token_issuer.paths import ADMIN_FAULTS_PATH
from token_issuer.web.errors import HttpError
from token_issuer.web.routes.declarations import (
    ADMIN_PROBLEMS,
    BODY_PROBLEMS,
    IssuerDependency,
    describe_in_path,
    describe_problems,
)

_Number = Annotated[int, describe_in_path("The number of the fault, which GET lists.", 1)]


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


# In threads, since some faults generate an RSA key, which takes too long for an event loop.
@put(
    ADMIN_FAULTS_PATH,
    summary="Set the faults of endpoints",
    responses=BODY_PROBLEMS,
    sync_to_thread=True,
)
def set_faults(data: JSONBody[FaultRequest], issuer: IssuerDependency) -> FaultList:
    """Replace the faults, and list the new ones."""
    return FaultList(faults=issuer.faults.set(*data.faults))


@post(
    ADMIN_FAULTS_PATH,
    summary="Add a fault, and keep the others",
    description="Faults that have ended are removed from the list.",
    status_code=200,
    responses=BODY_PROBLEMS,
    sync_to_thread=True,
)
def add_fault(data: JSONBody[Fault], issuer: IssuerDependency) -> FaultList:
    """Add a fault beside those that have not ended, and list them."""
    return FaultList(faults=issuer.faults.add(data))


@delete(
    f"{ADMIN_FAULTS_PATH}/{{number:int}}",
    summary="Remove a fault",
    status_code=200,
    responses=describe_problems(401, 403, 404),
)
async def remove_fault(number: _Number, issuer: IssuerDependency) -> FaultList:
    """Remove a fault, and list the others."""
    try:
        return FaultList(faults=issuer.faults.remove(number))
    except InvalidInputError as error:
        raise HttpError(HTTPStatus.NOT_FOUND, str(error)) from error


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
