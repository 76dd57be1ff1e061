# DEV-ONLY: never ship to production.
"""Logins at a browser: from an authorization request or a user code to the user's decision."""

from dataclasses import dataclass, replace
from datetime import datetime

from token_issuer.errors import InvalidInputError
from token_issuer.oauth.authorization import read_request, read_target
from token_issuer.oauth.devices import normalize_user_code
from token_issuer.oauth.errors import OAuthError, raise_directly
from token_issuer.oauth.grants.authorization_code import issue_code
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
from token_issuer.oauth.state import ProviderState
from token_issuer.oauth.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """A page on which the user decides who logs in.

    Attributes:
        interaction: The sealed request, which the page sends back with the decision.
        client_id: The client that the user logs in to.
        users: The users to choose from.
        scope: The requested scopes.
        redirect_uri: Where the browser goes afterwards; None if a device waits.
        login_hint: The user whom the client expects; None if it names none.
        user_code: The code of the device, to compare; None if a client waits.
        problem: Why the last decision was rejected; empty at first.
    """

    interaction: str
    client_id: str
    users: tuple[User, ...]
    scope: tuple[str, ...] = ()
    redirect_uri: str | None = None
    login_hint: str | None = None
    user_code: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDecision:
    """A user has decided about a device; the session of the browser stays as it is.

    Attributes:
        is_approved: Whether the device gets tokens.
    """

    is_approved: bool


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
    return _build_chooser(state, seal_page(state, request, now), request)


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
        raise _build_unknown_code()
    client_id, _ = waiting
    try:
        session = start_planned(state, now) or start_configured(state, now)
    except OAuthError:
        return _decide_for_device(state, code, None)
    if session is not None:
        return _decide_for_device(state, code, session)
    device = DeviceCode(code, client_id)
    return _build_chooser(state, seal_page(state, device, now), device)


def decide(
    state: ProviderState,
    parameters: Parameters,
    cookie: str | None,
    now: datetime,
    planned: OAuthError | None,
) -> AuthorizationResponse | DeviceDecision | Chooser:
    """Continue with the decision of the user on the page.

    The parameters are `interaction`, and `user` (the name of a user, or of another account) or
    `deny`. If the name of the other account is invalid, the page is shown again. A client gets the
    *planned* error whatever the decision.

    Raises:
        DirectError: the page has expired, or comes from another issuer.
        InvalidInputError: the device no longer waits, or an error is planned.
    """
    with raise_directly():
        page, user = parameters.require("interaction"), parameters.get("user")
        is_denied = parameters.get("deny") is not None
    request = open_page(state, page, now)
    if planned is not None:
        if isinstance(request, DeviceCode):
            raise planned
        return _build_error(state, request.target, planned)
    try:
        session = None if is_denied else _start_chosen(state, user, now)
    except InvalidInputError as error:
        return _build_chooser(state, page, request, str(error))
    if isinstance(request, DeviceCode):
        return _decide_for_device(state, request.user_code, session)
    return _decide_for_client(state, request, session, cookie, now)


def _build_chooser(
    state: ProviderState, page: str, request: AuthorizationRequest | DeviceCode, problem: str = ""
) -> Chooser:
    """Return the page that holds the sealed *request*.

    Raises:
        InvalidInputError: the device no longer waits.
    """
    common = Chooser(
        interaction=page,
        client_id=request.client_id,
        users=tuple(state.users),
        problem=problem,
    )
    if isinstance(request, AuthorizationRequest):
        return replace(
            common,
            scope=request.scope,
            redirect_uri=request.target.redirect_uri,
            login_hint=request.login_hint,
        )
    waiting = state.devices.find(request.user_code)
    if waiting is None:
        raise _build_unknown_code()
    return replace(common, scope=waiting[1], user_code=request.user_code)


def _start_chosen(state: ProviderState, user: str | None, now: datetime) -> Session:
    if user is None:
        message = "user: missing; choose a user"
        raise InvalidInputError(message, "user")
    return state.sessions.start(state.users.find_or_derive(user), {}, now)


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
        raise _build_unknown_code()
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
    parameters = {"code": issue_code(state, request, session, now)}
    return build_response(request.target, state.issuer.identifier, parameters, cookie)


def _build_error(
    state: ProviderState, target: ResponseTarget, error: OAuthError
) -> AuthorizationResponse:
    parameters = {"error": error.error, "error_description": str(error)}
    return build_response(target, state.issuer.identifier, parameters)


def _build_unknown_code() -> InvalidInputError:
    message = "user_code: no device waits with this code; compare it with the one on the device"
    return InvalidInputError(message, "user_code")
