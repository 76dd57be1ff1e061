# DEV-ONLY: never ship to production.
"""`/defects`: the catalogue of defects of tokens and logins."""

from http import HTTPStatus
from typing import Annotated

from litestar import get
from litestar.params import FromQuery

from token_issuer.errors import InvalidInputError
from token_issuer.paths import DEFECTS_PATH
from token_issuer.tokens.defects.catalogue import CATALOGUE, find_defect
from token_issuer.tokens.defects.defect import Kind
from token_issuer.tokens.defects.description import (
    DefectDescription,
    DefectList,
    describe_defect,
)
from token_issuer.web.errors import HttpError
from token_issuer.web.routes.declarations import (
    SHORT_CACHE,
    describe_in_path,
    describe_problems,
)

_Id = Annotated[str, describe_in_path("The id of the defect.", "alg-none")]


@get(
    DEFECTS_PATH,
    summary="List the defects of tokens and logins",
    responses=describe_problems(),
    response_headers=SHORT_CACHE,
    tags=["defects"],
)
async def list_defects(kind: FromQuery[Kind | None] = None) -> DefectList:
    """List the defects, or those of one kind, in the order of the catalogue."""
    chosen = [defect for defect in CATALOGUE.values() if kind in {None, defect.kind}]
    return DefectList(defects=list(map(describe_defect, chosen)))


@get(
    f"{DEFECTS_PATH}/{{defect:str}}",
    summary="Describe one defect",
    responses=describe_problems(404),
    response_headers=SHORT_CACHE,
    tags=["defects"],
)
async def get_defect(defect: _Id) -> DefectDescription:
    """Describe one defect."""
    try:
        found = find_defect(defect)
    except InvalidInputError as error:
        raise HttpError(HTTPStatus.NOT_FOUND, str(error)) from error
    return describe_defect(found)
