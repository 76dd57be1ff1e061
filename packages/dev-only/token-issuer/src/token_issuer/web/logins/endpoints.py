# DEV-ONLY: never ship to production.
"""Handlers of the OAuth endpoints that clients call: tokens of logins, UserInfo, introspection, ...

Spec: RFC 6749 §3.2, RFC 6750, RFC 7009, RFC 7662, RFC 8628 §3.1, OpenID Connect Core §5.3
"""

from typing import Any, Final

import msgspec

from token_issuer.media_types import JSON_TYPE
from token_issuer.oauth.provider import Provider
from token_issuer.paths import DEVICE_PATH
from token_issuer.web.logins.credentials import read_access_tokens, read_client_credentials
from token_issuer.web.parameters import decode_pairs, read_form
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse, encode_fields
from token_issuer.web.urls import get_browser_url

_FIELDS: Final = encode_fields({"Cache-Control": "no-store", "Pragma": "no-cache"})


def exchange_grant(provider: Provider, request: Request) -> RawResponse:
    """Return the tokens of a login, a refresh token or a device."""
    basic = read_client_credentials(request)
    return _encode(provider.exchange(read_form(request), basic, request.time))


def get_user_info(provider: Provider, request: Request) -> RawResponse:
    """Return the claims about the user that an access token releases."""
    return _encode(provider.describe_user(read_access_tokens(request), request.time))


def introspect_token(provider: Provider, request: Request) -> RawResponse:
    """Return whether a token is active, and its claims."""
    basic = read_client_credentials(request)
    return _encode(provider.introspect(read_form(request), basic, request.time))


def revoke_token(provider: Provider, request: Request) -> RawResponse:
    """Revoke a token, and the tokens of the same login."""
    parameters = decode_pairs(request.query, "query string") + read_form(request)
    provider.revoke(parameters, read_client_credentials(request), request.time)
    return _encode({})


def authorize_device(provider: Provider, request: Request) -> RawResponse:
    """Return the codes with which a device without a browser logs a user in."""
    verification_uri = get_browser_url(provider.issuer, request) + DEVICE_PATH
    authorization = provider.authorize_device(
        read_form(request),
        read_client_credentials(request),
        request.time,
        verification_uri=verification_uri,
    )
    return _encode(authorization)


def _encode(value: Any) -> RawResponse:
    return RawResponse.build(msgspec.json.encode(value), JSON_TYPE, _FIELDS)
