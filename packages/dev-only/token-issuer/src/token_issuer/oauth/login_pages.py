# DEV-ONLY: never ship to production.
"""The sealed request that a login page contains and sends back with the decision of the user.

A browser cannot change it, and the issuer needs no memory for it.
"""

from datetime import datetime, timedelta
from typing import Final

from token_issuer.oauth.errors import DirectError
from token_issuer.oauth.records import AuthorizationRequest, DeviceCode
from token_issuer.oauth.sealing import Purpose
from token_issuer.oauth.state import ProviderState

PAGE_LIFETIME: Final = timedelta(minutes=30)


def seal_page(
    state: ProviderState, request: AuthorizationRequest | DeviceCode, now: datetime
) -> str:
    """Return the sealed *request* of a client or of a device."""
    is_login = isinstance(request, AuthorizationRequest)
    purpose = Purpose.LOGIN_PAGE if is_login else Purpose.DEVICE_PAGE
    return state.sealer.seal(purpose, request, now=now, lifetime=PAGE_LIFETIME)


def open_page(state: ProviderState, page: str, now: datetime) -> AuthorizationRequest | DeviceCode:
    """Return the sealed request of a page: that of a client or of a device.

    Raises:
        DirectError: the page has expired or comes from another issuer, or the client has been
            removed.
    """
    sealer = state.sealer
    request = sealer.open_valid(
        Purpose.LOGIN_PAGE, page, AuthorizationRequest, now=now
    ) or sealer.open_valid(Purpose.DEVICE_PAGE, page, DeviceCode, now=now)
    if request is None:
        message = "the login page has expired; go back to the application and log in again"
        raise DirectError(message, "interaction")
    is_login = isinstance(request, AuthorizationRequest)
    if is_login and state.clients.find(request.client_id) is None:
        raise DirectError(state.clients.describe_unknown(request.client_id), "client_id")
    return request
