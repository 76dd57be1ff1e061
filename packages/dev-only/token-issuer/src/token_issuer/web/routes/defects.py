# DEV-ONLY: never ship to production.
"""`/defects`: the catalogue of what can be wrong with a token."""

from http import HTTPStatus
from typing import Final

import msgspec
from litestar import HttpMethod, Response, route
from litestar.params import FromPath

from token_issuer.errors import InvalidInputError, TokenRequestError
from token_issuer.media_types import JSON_TYPE
from token_issuer.tokens.defects.catalogue import CATALOGUE, find_entry
from token_issuer.tokens.defects.description import DefectList, describe_defect

DEFECTS_PATH: Final = "/defects"


@route(DEFECTS_PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_defects() -> Response[bytes]:
    """List the defects, in the order of the catalogue."""
    defects = [describe_defect(defect) for defect in CATALOGUE.values()]
    return _answer(DefectList(defects=defects))


@route(f"{DEFECTS_PATH}/{{defect:str}}", http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def get_defect(defect: FromPath[str]) -> Response[bytes]:
    """Describe one defect."""
    try:
        entry = find_entry(defect)
    except InvalidInputError as error:
        raise TokenRequestError(str(error), "defect", status=HTTPStatus.NOT_FOUND) from error
    return _answer(describe_defect(entry.defect))


def _answer(document: object) -> Response[bytes]:
    return Response(
        msgspec.json.encode(document),
        media_type=JSON_TYPE,
        headers={"Cache-Control": "public, max-age=300"},
    )
