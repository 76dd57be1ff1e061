# DEV-ONLY: never ship to production.
"""Handlers of the metadata server, which a virtual machine at Google reaches without credentials.

A request needs the header `Metadata-Flavor: Google`, and must not have been forwarded: so
neither a web page nor a proxy on the machine can be tricked into fetching its tokens.

Spec: https://cloud.google.com/compute/docs/metadata/querying-metadata
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from token_issuer.errors import InvalidInputError
from token_issuer.google.machines import Machines
from token_issuer.google.metadata import (
    AccountEndpoint,
    collect_members,
    describe_machine,
    find_node,
    issue_account_token,
    issue_identity_token,
    list_members,
)
from token_issuer.media_types import JSON_TYPE
from token_issuer.paths import METADATA_PREFIX, OPENAPI_PATH
from token_issuer.web.errors import HttpError
from token_issuer.web.parameters import decode_pairs
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse, encode_fields

FLAVOR_HEADER: Final = "Metadata-Flavor"
FLAVOR: Final = "Google"
_MARK: Final = {FLAVOR_HEADER: FLAVOR}
_FIELDS: Final = encode_fields({"Cache-Control": "no-store", **_MARK})
TEXT_TYPE: Final = "application/text"
_NAME: Final = METADATA_PREFIX.strip("/")


def answer_ping(request: Request) -> RawResponse:
    """Answer at the root, by which clients find out whether there is a metadata server."""
    if request.get_field(FLAVOR_HEADER.lower().encode()) != FLAVOR:
        message = f"no such path; {OPENAPI_PATH} lists the paths"
        raise HttpError(HTTPStatus.NOT_FOUND, message, _MARK)
    return _build(f"{_NAME}/\n", TEXT_TYPE)


def get_metadata(machines: Machines, request: Request) -> RawResponse:
    """Return the metadata at the path of *request*."""
    _check_origin(request)
    parameters = _read_parameters(request)
    account = machines.service_accounts.default
    tree = {"v1": describe_machine(machines.state.issuer.settings, account)}
    segments = tuple(filter(None, request.path.removeprefix(METADATA_PREFIX).split("/")))
    try:
        node = find_node(tree, segments)
    except LookupError as error:
        raise HttpError(HTTPStatus.NOT_FOUND, str(error.args[0]), _MARK) from error
    try:
        match node:
            case AccountEndpoint.TOKEN:
                scopes = parameters.get("scopes")
                return _build_json(
                    issue_account_token(machines.state, account, scopes, request.time)
                )
            case AccountEndpoint.IDENTITY:
                issuer = machines.state.issuer
                token = issue_identity_token(issuer, account, parameters, request.time)
                return _build(token, TEXT_TYPE)
    except InvalidInputError as error:
        raise HttpError(HTTPStatus.BAD_REQUEST, str(error), _MARK) from error
    is_recursive = parameters.get("recursive", "").lower() == "true"
    is_json = parameters.get("alt", "json" if is_recursive else "text") == "json"
    if is_json and (is_recursive or not isinstance(node, Mapping)):
        return _build_json(collect_members(node))
    if isinstance(node, Mapping):
        return _build(list_members(node), TEXT_TYPE)
    return _build("\n".join(node) + "\n" if isinstance(node, tuple) else node, TEXT_TYPE)


def _check_origin(request: Request) -> None:
    """Reject a request that a browser or a proxy may have been tricked into sending.

    Raises:
        HttpError: the header `Metadata-Flavor` is missing or wrong, or the request was forwarded.
    """
    if request.join_field(b"x-forwarded-for"):
        message = (
            "X-Forwarded-For: the metadata server rejects requests that were forwarded; send the "
            "request directly"
        )
        raise HttpError(HTTPStatus.FORBIDDEN, message, _MARK)
    if request.join_field(FLAVOR_HEADER.lower().encode()) != FLAVOR:
        message = f"{FLAVOR_HEADER}: missing or wrong; send the header {FLAVOR_HEADER}: {FLAVOR}"
        raise HttpError(HTTPStatus.FORBIDDEN, message, _MARK)


def _read_parameters(request: Request) -> Mapping[str, str]:
    """Return the parameters of the query.

    Raises:
        HttpError: one is repeated.
        TokenRequestError: they cannot be decoded.
    """
    parameters: dict[str, str] = {}
    for name, value in decode_pairs(request.query, "query string"):
        if name in parameters:
            message = f"{name[:80]}: given more than once; send it once"
            raise HttpError(HTTPStatus.BAD_REQUEST, message, _MARK)
        parameters[name] = value
    return parameters


def _build_json(value: Any) -> RawResponse:
    return _build(msgspec.json.encode(value).decode(), JSON_TYPE)


def _build(text: str, media_type: str) -> RawResponse:
    return RawResponse.build(text.encode(), media_type, _FIELDS)
