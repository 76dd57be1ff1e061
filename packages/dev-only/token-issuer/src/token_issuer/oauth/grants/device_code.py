# DEV-ONLY: never ship to production.
"""The device code grant: a device without a browser gets tokens once a user has approved it.

Spec: RFC 8628
"""

from datetime import datetime

from msgspec import Struct

from token_issuer.oauth.clients import Client
from token_issuer.oauth.devices import DEVICE_CODE_LIFETIME, MIN_POLL_INTERVAL_S
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.ledger import UNUSED
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.records import DeviceCode, Grant
from token_issuer.oauth.scopes import parse_scope
from token_issuer.oauth.sealing import Purpose
from token_issuer.oauth.state import ProviderState
from token_issuer.oauth.token_response import LoginTokens, issue_tokens


class DeviceAuthorization(Struct, frozen=True, kw_only=True):
    """The response to a device authorization request (RFC 8628 §3.2).

    `verification_url` is Google's name of `verification_uri`.
    """

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    verification_url: str
    expires_in: int
    interval: int


def authorize_device(
    state: ProviderState,
    parameters: Parameters,
    client: Client,
    now: datetime,
    *,
    verification_uri: str,
) -> DeviceAuthorization:
    """Return the codes of a device.

    Raises:
        OAuthError: the scope is malformed, or too many devices wait.
    """
    user_code = state.devices.add(client.client_id, parse_scope(parameters.get("scope")))
    device_code = state.sealer.seal(
        Purpose.DEVICE_CODE,
        DeviceCode(user_code, client.client_id),
        now=now,
        lifetime=DEVICE_CODE_LIFETIME,
    )
    return DeviceAuthorization(
        device_code=device_code,
        user_code=user_code,
        verification_uri=verification_uri,
        verification_uri_complete=f"{verification_uri}?user_code={user_code}",
        verification_url=verification_uri,
        expires_in=int(DEVICE_CODE_LIFETIME.total_seconds()),
        interval=MIN_POLL_INTERVAL_S,
    )


def redeem_device_code(
    state: ProviderState, parameters: Parameters, client: Client, now: datetime
) -> LoginTokens:
    """Return the tokens of a device code that a user has approved.

    Raises:
        OAuthError: the user has not decided yet, or has denied it; the code belongs to another
            client, or has expired; or the device polls too often.
    """
    text = parameters.require("device_code")
    opened = state.sealer.open(Purpose.DEVICE_CODE, text, DeviceCode, now=now)
    if opened is None or opened.record.client_id != client.client_id:
        message = "device_code: not issued to this client in this run of the issuer; start again"
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "device_code")
    if opened.is_expired:
        minutes = DEVICE_CODE_LIFETIME.total_seconds() / 60
        message = f"device_code: has expired after {minutes:g} minutes; start again"
        raise OAuthError(ErrorCode.EXPIRED_TOKEN, message, "device_code")
    session, scope = state.devices.poll(opened.record.user_code)
    grant = Grant(
        number=state.grants.add(),
        session=session,
        client_id=client.client_id,
        scope=scope,
        is_offline=True,
    )
    state.grants.advance(grant.number, UNUSED)
    state.logins.done.add(grant, None)
    state.logins.done.note(grant, "token")
    if state.find_parties(grant) is None:
        message = "device_code: the user has been removed; start again"
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "device_code")
    return issue_tokens(state, grant, now, generation=UNUSED + 1)
