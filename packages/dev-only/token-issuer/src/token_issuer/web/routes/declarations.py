# DEV-ONLY: never ship to production.
"""Parts of the declarations of several routes."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import PathParameter, SkipValidation

from token_issuer.google.providers import Providers
from token_issuer.media_types import PROBLEM_TYPE
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.errors import ProblemResponse

IssuerDependency = NamedDependency[SkipValidation[Issuer]]
ProvidersDependency = NamedDependency[SkipValidation[Providers]]

NO_STORE: Final = {"Cache-Control": "no-store"}
SHORT_CACHE: Final = {"Cache-Control": "public, max-age=300"}


def describe_in_path(description: str, example: str | int) -> PathParameter:
    """Describe a parameter in the path."""
    return PathParameter(description=description, schema_extra={"examples": [example]})


def describe_problems(*statuses: int) -> Mapping[int, ResponseSpec]:
    """Describe the error responses of a route: 400 and 405, and those with *statuses*."""
    return {
        status: ResponseSpec(
            ProblemResponse,
            generate_examples=False,
            description=HTTPStatus(status).phrase,
            media_type=PROBLEM_TYPE,
        )
        for status in (HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED, *statuses)
    }


ADMIN_PROBLEMS: Final = describe_problems(401, 403)
"""The error responses of every route below `/admin`."""
BODY_PROBLEMS: Final = describe_problems(401, 403, 413, 415)
"""The error responses of a route below `/admin` that reads a body."""
