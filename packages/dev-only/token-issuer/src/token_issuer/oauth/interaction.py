# DEV-ONLY: never ship to production.
"""Logins at a browser: from an authorization request or a user code to the user's decision."""

from dataclasses import replace
from datetime import datetime

from token_issuer.errors import InvalidInputError
from token_issuer.oauth.authorization import read_request, read_target
from token_issuer.oauth.choosers import (
    Chooser,
    DefectChooser,
    DeviceDecision,
    build_chooser,
    build_defect_chooser,
    build_unknown_code,
    find_chosen_defect,
)
from token_issuer.oauth.defects import apply_defect
from token_issuer.oauth.devices import normalize_user_code
from token_issuer.oauth.errors import OAuthError, raise_directly
from token_issuer.oauth.grants.authorization_code import create_grant, issue_code
from token_issuer.oauth.login_choice import (
    build_denial,
    check_hinted_sub,
    choose_session,
    start_configured,
    start_planned,
)
from token_issuer.oauth.login_pages import open_page, seal_page
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.records import AuthorizationRequest, DeviceCode, ResponseTarget, Session
from token_issuer.oauth.responses import AuthorizationResponse, build_response
from token_issuer.oauth.stages import Stage
from token_issuer.oauth.state import ProviderState

Decided = AuthorizationResponse | DeviceDecision | Chooser | DefectChooser


def begin_login(
    state: ProviderState,
    parameters: Parameters,
    cookie: str | None,
    now: datetime,
    planned: OAuthError | None,
) -> AuthorizationResponse | Chooser:
    """Respond to an authorization request: at once if the user is known, otherwise with a page.

    The *planned* error goes to the client instead, once its redirect URI is known to be valid.

    Raises:
        DirectError: the client or the redirect URI is wrong.
    """
    client, target = read_target(state, parameters)
    current = state.sessions.open(cookie, now)
    try:
        if planned is not None:
            raise planned
        request = read_request(state, parameters, client, target)
        session = choose_session(state, request, current, now)
    except OAuthError as error:
        return _build_error(state, target, error)
    if session is not None:
        return _complete_login(state, request, session, current, now)
    return build_chooser(state, seal_page(state, request, now), request)


def begin_device_login(
    state: ProviderState, user_code: str, now: datetime
) -> DeviceDecision | Chooser:
    """Respond to the user code of a device: with a page, unless the decision is planned.

    The session of the browser does not suffice: the user must confirm the device (RFC 8628 §5.4).

    Raises:
        InvalidInputError: no device waits with this code.
    """
    code = normalize_user_code(user_code)
    waiting = state.devices.find(code)
    if waiting is None:
        raise build_unknown_code()
    client_id, _ = waiting
    try:
        session = start_planned(state, now) or start_configured(state, now)
    except OAuthError:
        return _decide_for_device(state, code, None)
    if session is not None:
        return _decide_for_device(state, code, session)
    device = DeviceCode(code, client_id)
    return build_chooser(state, seal_page(state, device, now), device)


def decide(
    state: ProviderState,
    parameters: Parameters,
    cookie: str | None,
    now: datetime,
    planned: OAuthError | None,
) -> Decided:
    """Continue with the decision of the user on the page.

    The parameters are `interaction`, and `user` (the name of a user, or of another account) or
    `deny`. If the name of the other account is invalid, the page is shown again. A client gets the
    *planned* error whatever the decision. With `list_defects` alone, the defects are listed; with
    `defect` alone, the page is shown again, and sends the defect back with the decision.

    Raises:
        DirectError: the page has expired, or comes from another issuer.
        InvalidInputError: the device no longer waits, an error is planned, no login can have the
            defect, or the issuer does not serve `/admin`, where logins with defects are planned.
    """
    with raise_directly():
        page, user = parameters.require("interaction"), parameters.get("user")
        is_denied = parameters.get("deny") is not None
        is_listing = parameters.get("list_defects") is not None
        defect = parameters.get("defect") or ""
    request = open_page(state, page, now)
    if planned is not None:
        if isinstance(request, DeviceCode):
            raise planned
        return _build_error(state, request.target, planned)
    if is_listing:
        return build_defect_chooser(state, page)
    chosen = find_chosen_defect(state, defect)
    if chosen is not None and user is None and not is_denied:
        return build_chooser(state, page, request, defect=chosen)
    try:
        session = None if is_denied else _start_chosen(state, user, defect, now)
    except InvalidInputError as error:
        return build_chooser(state, page, request, problem=str(error), defect=chosen)
    if isinstance(request, DeviceCode):
        return _decide_for_device(state, request.user_code, session)
    return _decide_for_client(state, request, session, cookie, now)


def _start_chosen(state: ProviderState, user: str | None, defect: str, now: datetime) -> Session:
    if user is None:
        message = "user: missing; choose a user"
        raise InvalidInputError(message, "user")
    return state.sessions.start(state.users.find_or_derive(user), {}, now, defect=defect)


def _decide_for_client(
    state: ProviderState,
    request: AuthorizationRequest,
    session: Session | None,
    cookie: str | None,
    now: datetime,
) -> AuthorizationResponse:
    try:
        if session is None:
            raise build_denial()
        check_hinted_sub(request, session)
    except OAuthError as error:
        return _build_error(state, request.target, error)
    return _complete_login(state, request, session, state.sessions.open(cookie, now), now)


def _decide_for_device(
    state: ProviderState, user_code: str, session: Session | None
) -> DeviceDecision:
    if not state.devices.decide(user_code, session):
        raise build_unknown_code()
    return DeviceDecision(is_approved=session is not None)


def _complete_login(
    state: ProviderState,
    request: AuthorizationRequest,
    session: Session,
    current: Session | None,
    now: datetime,
) -> AuthorizationResponse:
    """Send the browser back with a code; a new session replaces that of the browser."""
    cookie = None
    if session != current:
        if current is not None:
            state.sessions.end(current)
        cookie = state.sessions.seal(session, now)
    grant = create_grant(state, request, session)
    parameters = {"code": issue_code(state, request, grant, now)}
    response = build_response(request.target, state.issuer.identifier, parameters, cookie)
    if not session.defect:
        return response
    stage = Stage.AUTHORIZATION_RESPONSE
    return replace(response, parameters=apply_defect(state, stage, grant, response.parameters, now))


def _build_error(
    state: ProviderState, target: ResponseTarget, error: OAuthError
) -> AuthorizationResponse:
    parameters = {"error": error.error, "error_description": str(error)}
    return build_response(target, state.issuer.identifier, parameters)
