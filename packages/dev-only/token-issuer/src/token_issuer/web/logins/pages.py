# DEV-ONLY: never ship to production.
"""Handlers of the pages that a browser visits: login, device and logout.

They set no CORS fields, redirect with 303, and respond to errors with a page, because an attacker
may have chosen the redirect URI.

Spec: OpenID Connect Core §3.1.2, RFC 8628 §3.3, RP-Initiated Logout 1.0, RFC 9700 §4
"""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from token_issuer.errors import InvalidInputError
from token_issuer.oauth.choosers import Chooser, DefectChooser, DeviceDecision
from token_issuer.oauth.errors import DirectError
from token_issuer.oauth.interaction import Decided
from token_issuer.oauth.provider import Provider
from token_issuer.oauth.responses import FORM_POST
from token_issuer.paths import DEVICE_PATH, LOGIN_PATH
from token_issuer.web.errors import HttpError
from token_issuer.web.faults.oauth_errors import find_planned_error
from token_issuer.web.logins.cookies import delete_session, read_session, set_session
from token_issuer.web.pages.pages import (
    render_chooser,
    render_defects,
    render_device_result,
    render_error,
    render_form_post,
    render_signed_out,
    render_user_code_form,
)
from token_issuer.web.parameters import Pairs, decode_pairs, read_form
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse, encode_fields
from token_issuer.web.urls import get_browser_path

PageHandler = Callable[[Provider, Request], RawResponse]
_NO_STORE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def answer_with_page(handle: PageHandler, provider: Provider, request: Request) -> RawResponse:
    """Return the response of *handle*; a page that explains the error if the request is invalid."""
    try:
        _reject_head(request)
        return handle(provider, request)
    except InvalidInputError as error:
        return render_error(str(error))
    except HttpError as error:
        return render_http_error(error)


def render_http_error(error: HttpError) -> RawResponse:
    """Return the page for a request that is rejected for a reason of HTTP."""
    response = render_error(str(error), status=error.status)
    return replace(response, fields=response.fields + encode_fields(error.headers))


def authorize(provider: Provider, request: Request) -> RawResponse:
    """Log a user in for a client, by the session of the browser or over the login page."""
    pairs = _read_pairs(request)
    result = provider.authorize(
        pairs,
        read_session(provider.issuer, request),
        request.time,
        find_planned_error(request),
    )
    return _respond(provider, request, result)


def decide(provider: Provider, request: Request) -> RawResponse:
    """Continue with the decision of the user on the login page."""
    _reject_other_sites(request)
    pairs = read_form(request)
    result = provider.decide(
        pairs,
        read_session(provider.issuer, request),
        request.time,
        find_planned_error(request),
    )
    return _respond(provider, request, result)


def show_device_form(provider: Provider, request: Request) -> RawResponse:
    """Ask for the code of a device."""
    codes = [value for name, value in _read_pairs(request) if name == "user_code"]
    action = get_browser_path(provider.issuer, request, DEVICE_PATH)
    return render_user_code_form(action=action, user_code=codes[-1][:40] if codes else "")


def begin_device_login(provider: Provider, request: Request) -> RawResponse:
    """Continue with the code of a device that the user has typed."""
    _reject_other_sites(request)
    user_code = dict(read_form(request)).get("user_code", "")
    try:
        result = provider.begin_device_login(user_code, request.time)
    except InvalidInputError as error:
        action = get_browser_path(provider.issuer, request, DEVICE_PATH)
        return render_user_code_form(action=action, user_code=user_code[:40], problem=str(error))
    return _respond(provider, request, result)


def log_out(provider: Provider, request: Request) -> RawResponse:
    """End the session of the browser, and return it to the client if the request names a URL."""
    issuer = provider.issuer
    url = provider.log_out(_read_pairs(request), read_session(issuer, request), request.time)
    response = render_signed_out() if url is None else _redirect(url)
    return replace(response, fields=response.fields + delete_session(issuer, request))


def _respond(provider: Provider, request: Request, result: Decided) -> RawResponse:
    if isinstance(result, Chooser | DefectChooser):
        action = get_browser_path(provider.issuer, request, LOGIN_PATH)
        if isinstance(result, DefectChooser):
            return render_defects(result, action=action)
        return render_chooser(result, action=action)
    if isinstance(result, DeviceDecision):
        return render_device_result(result)
    is_form = result.mode == FORM_POST
    response = render_form_post(result) if is_form else _redirect(result.location)
    if result.session_cookie is None:
        return response
    cookie = set_session(provider.issuer, request, result.session_cookie)
    return replace(response, fields=response.fields + cookie)


def _redirect(url: str) -> RawResponse:
    fields = encode_fields({**_NO_STORE, "Location": url})
    return RawResponse.build(b"", "text/plain", fields, status=HTTPStatus.SEE_OTHER)


def _read_pairs(request: Request) -> Pairs:
    if request.method == "POST":
        return read_form(request)
    return decode_pairs(request.query, "query string")


def _reject_head(request: Request) -> None:
    """Reject HEAD, since a request for a page has effects: it may use a planned login.

    Raises:
        HttpError: the method is HEAD.
    """
    if request.method == "HEAD":
        message = "HEAD: the page cannot be requested without its body; send GET"
        raise HttpError(HTTPStatus.METHOD_NOT_ALLOWED, message, {"Allow": "GET, POST"})


def _reject_other_sites(request: Request) -> None:
    """Reject a form that a page of another site has sent.

    Raises:
        DirectError: the browser says that the form is that of another site.

    Spec: Fetch Metadata Request Headers §2.4
    """
    if request.get_field(b"sec-fetch-site") == "cross-site":
        message = "a page of another site has sent this form; open the login page again"
        raise DirectError(message, "Sec-Fetch-Site")
