# DEV-ONLY: never ship to production.
"""The choice of the user who logs in: planned, hinted, of the session, or made on a page.

Spec: OpenID Connect Core §3.1.2.1 and §3.1.2.3
"""

from datetime import datetime

from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.records import AuthorizationRequest, Session
from token_issuer.oauth.state import ProviderState
from token_issuer.oauth.users import User


def choose_session(
    state: ProviderState, request: AuthorizationRequest, current: Session | None, now: datetime
) -> Session | None:
    """Return the session with which *request* continues; None if the user has to decide on a page.

    Args:
        state: The state of the provider.
        request: The request.
        current: The session of the browser.
        now: The time of the request.

    Raises:
        OAuthError: a page is needed but not allowed, the planned user denies the login, or the user
            is not the one of `id_token_hint`.
    """
    hinted = None if request.login_hint is None else state.users.find(request.login_hint)
    usable = current if current and _is_usable(current, request, hinted, now) else None
    if "none" in request.prompt:
        if usable is None:
            message = "prompt: none forbids a page, but the user has to log in"
            raise OAuthError(ErrorCode.LOGIN_REQUIRED, message, "prompt")
        return usable
    session = start_planned(state, now)
    if session is None and usable is not None:
        return usable
    if session is None and hinted is not None and "select_account" not in request.prompt:
        session = state.sessions.start(hinted, {}, now)
    if session is None:
        session = start_configured(state, now)
    if session is not None:
        check_hinted_sub(request, session)
    return session


def start_planned(state: ProviderState, now: datetime) -> Session | None:
    """Return the session of the next planned login; None if none is planned.

    Raises:
        OAuthError: the plan is to deny the login.
    """
    planned = state.logins.take()
    if planned is None:
        return None
    user = None if planned.user is None else state.users.find(planned.user)
    if planned.is_denied or user is None:
        raise build_denial()
    return state.sessions.start(user, planned.claims, now, defect=planned.defect)


def start_configured(state: ProviderState, now: datetime) -> Session | None:
    """Return a session of the user of `TOKEN_ISSUER_LOGIN`; None if the setting is not set."""
    login = state.issuer.settings.login
    user = None if login is None else state.users.find(login)
    return None if user is None else state.sessions.start(user, {}, now)


def check_hinted_sub(request: AuthorizationRequest, session: Session) -> None:
    """Check that the user of *session* is the one of `id_token_hint`, if there is one.

    Raises:
        OAuthError: it is another user.
    """
    if request.hinted_sub not in {None, session.sub}:
        message = "id_token_hint: another user has logged in"
        raise OAuthError(ErrorCode.LOGIN_REQUIRED, message, "id_token_hint")


def build_denial() -> OAuthError:
    """Return the error for a login that the user has denied."""
    return OAuthError(ErrorCode.ACCESS_DENIED, "the user has denied the login")


def _is_usable(
    session: Session, request: AuthorizationRequest, hinted: User | None, now: datetime
) -> bool:
    """Tell whether *request* may continue with *session* without another login."""
    if {"login", "select_account"}.intersection(request.prompt):
        return False
    if request.hinted_sub not in {None, session.sub}:
        return False
    hinted_name = request.login_hint if hinted is None else hinted.name
    if hinted_name not in {None, session.user}:
        return False
    if request.max_age is None:
        return True
    age = int(now.timestamp()) - session.auth_time
    return request.max_age > 0 and 0 <= age <= request.max_age
