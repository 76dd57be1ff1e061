# DEV-ONLY: never ship to production.
"""Handlers of the endpoints of machines. Each may read files or generate keys: call it in a thread.

Spec: RFC 6749 §3.2, RFC 7523, RFC 8693
"""

import re
from typing import Any, Final

import msgspec

from token_issuer.errors import TokenRequestError
from token_issuer.google.json_messages import drop_nulls
from token_issuer.google.providers import Providers
from token_issuer.media_types import JSON_TYPE
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.request_parsing import decode_json_object
from token_issuer.web.errors import reject_encoded_body
from token_issuer.web.logins.credentials import read_bearer_tokens
from token_issuer.web.parameters import Pairs, read_form, read_media_type
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse, encode_fields

_FIELDS: Final = encode_fields({"Cache-Control": "no-store", "Pragma": "no-cache"})
_CAPITAL: Final = re.compile(r"(?<=[a-z])[A-Z]")


def exchange_assertion(providers: Providers, issuer: Issuer, request: Request) -> RawResponse:
    """Return the token for the assertion of a service account."""
    machines = providers.find_machines(issuer.name)
    pairs = read_form(request)
    return _encode(machines.exchange_assertion(pairs, request.time, base_url=request.base_url))


def exchange_token(providers: Providers, issuer: Issuer, request: Request) -> RawResponse:
    """Return the federated token for a subject token."""
    machines = providers.find_machines(issuer.name)
    return _encode(machines.exchange_token(_read_pairs(request), request.time))


def call_iam(providers: Providers, issuer: Issuer, request: Request) -> RawResponse:
    """Respond to a request for a token or a signature of a service account."""
    reject_encoded_body(request.join_field(b"content-encoding"))
    email, _, method = request.path.rpartition("/")[2].rpartition(":")
    machines = providers.find_machines(issuer.name)
    tokens = read_bearer_tokens(request)
    return _encode(machines.call_iam(method, email, tokens, request.body, request.time))


def _read_pairs(request: Request) -> Pairs:
    """Return the parameters of a form, or of a JSON object with the names of Google's API."""
    if read_media_type(request) != JSON_TYPE:
        return read_form(request, also_accepted=JSON_TYPE)
    reject_encoded_body(request.join_field(b"content-encoding"))
    document = drop_nulls(decode_json_object(request.body, "JSON body"))
    for name, value in document.items():
        if not isinstance(value, str):
            message = f"{name[:80]}: expected text"
            raise TokenRequestError(message, name[:80])
    return [(convert_name(name), value) for name, value in document.items()]


def convert_name(name: str) -> str:
    """Return the parameter of a JSON member: `subject_token` for `subjectToken`."""
    return _CAPITAL.sub(lambda match: f"_{match[0].lower()}", name)


def _encode(value: Any) -> RawResponse:
    return RawResponse.build(msgspec.json.encode(value), JSON_TYPE, _FIELDS)
