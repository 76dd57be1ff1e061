# DEV-ONLY: never ship to production.
"""The pages of a login, each as a response.

They work without scripts, by keyboard, and on a screen that is 360 pixels wide. Only the page that
posts an authorization response has a script, which submits its form.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from token_issuer.markup import Markup, element, escape_exactly, join, mark_code
from token_issuer.oauth.choosers import Chooser, DefectChooser, DeviceDecision
from token_issuer.oauth.responses import AuthorizationResponse
from token_issuer.oauth.scopes import GOOGLE_NAMES
from token_issuer.web.pages.accounts import render_accounts
from token_issuer.web.pages.defects import render_chosen_defect, render_defect_form
from token_issuer.web.pages.fields import render_hidden
from token_issuer.web.pages.layout import render_page
from token_issuer.web.pages.problems import INVALID, render_problem, split_message
from token_issuer.web.response import RawResponse

_AUTHORITY: Final = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#]*@)?([^/?#]+)", re.IGNORECASE)
_TYPED: Final = frozenset({"", "defect", "user", "user_code"})
"""The parameters that a person has typed, rather than the application."""
_SCOPES: Final[Mapping[str, str]] = {
    "openid": "Know who you are",
    "profile": "Read your name and profile",
    "email": "Read your email address",
    "address": "Read your postal address",
    "phone": "Read your phone number",
    "offline_access": "Stay logged in, with a refresh token",
}
_REMEDIES: Final[Mapping[str, str]] = {
    "client_id": "The issuer's clients are declared as tables `[clients.NAME]` in the profiles "
    "file, which `TOKEN_ISSUER_PROFILES` names. Without any, each client id is accepted.",
    "redirect_uri": "A client declares its addresses as `redirect_uris` in its table "
    "`[clients.NAME]` of the profiles file, which `TOKEN_ISSUER_PROFILES` names. They are compared "
    "as strings, except for the port of a loopback address.",
    "post_logout_redirect_uri": "A client declares its addresses as `post_logout_redirect_uris` in "
    "its table `[clients.NAME]` of the profiles file, which `TOKEN_ISSUER_PROFILES` names.",
}


def render_chooser(chooser: Chooser, *, action: str) -> RawResponse:
    """Render the page on which the user decides who logs in.

    Its forms post `interaction`, and either `user` or `deny`; also `defect`, if one is chosen, or
    `list_defects`, to choose one.

    Args:
        chooser: The chooser.
        action: The path that the forms post to.
    """
    client = element("bdi", chooser.client_id)
    introduction = [element("p", "to continue to ", client)]
    if chooser.user_code is not None:
        code = element("span", chooser.user_code, class_="code")
        introduction += [
            element("p", "Go on only if your device shows this code, and you started the login:"),
            code,
        ]
    if chooser.redirect_uri is not None:
        host = element("bdi", _describe_host(chooser.redirect_uri))
        introduction.append(element("p", "Your browser then goes back to ", host, class_="soft"))
    if chooser.defect is not None:
        introduction.append(render_chosen_defect(chooser.defect))
    return render_page(
        "Choose an account",
        join(*introduction),
        *render_accounts(chooser, action),
        details=_render_scopes(chooser.scope),
        status=400 if chooser.problem else 200,
    )


def render_defects(chooser: DefectChooser, *, action: str) -> RawResponse:
    """Render the page on which the user chooses a defect; its form posts `defect`.

    Args:
        chooser: The chooser.
        action: The path that the form posts to.
    """
    return render_page(
        "What is wrong with this login?",
        element(
            "p",
            "The application should notice a login that is wrong in one way, and log nobody in. "
            "Choose the defect, then the account.",
        ),
        render_defect_form(chooser, action),
    )


def render_form_post(response: AuthorizationResponse) -> RawResponse:
    """Render the page that posts an authorization response to the client.

    Spec: OAuth 2.0 Form Post Response Mode
    """
    host = element("bdi", _describe_host(response.redirect_uri))
    fields = (render_hidden(name, value) for name, value in response.parameters.items())
    form = element(
        "form",
        *fields,
        _render_button("Continue"),
        method="post",
        action=escape_exactly(response.redirect_uri),
    )
    return render_page(
        "Going back to the application",
        join(element("p", "Your browser goes back to ", host, "."), form),
        is_submitting=True,
    )


def render_user_code_form(*, action: str, user_code: str = "", problem: str = "") -> RawResponse:
    """Render the page for the code that a device shows; its form posts `user_code`.

    Args:
        action: The path that the form posts to.
        user_code: The code to begin with.
        problem: Why the previous code was rejected.
    """
    field = element(
        "input",
        id="user-code",
        name="user_code",
        value=user_code,
        required="",
        autofocus="",
        autocomplete="off",
        autocapitalize="characters",
        spellcheck="false",
        class_="user-code",
        **(INVALID if problem else {}),
    )
    return render_page(
        "Log in on a device",
        element("p", "A device such as a television, or a command line, shows you a code."),
        render_problem(problem),
        element(
            "form",
            element("label", "Code on the device", for_="user-code"),
            field,
            _render_button("Continue"),
            method="post",
            action=action,
        ),
        status=400 if problem else 200,
    )


def render_device_result(decision: DeviceDecision) -> RawResponse:
    """Render the page after the decision about a device."""
    if decision.is_approved:
        heading, text = "The device is logged in", "Return to the device. You can close this page."
    else:
        heading, text = "The device is not logged in", "You denied it. You can close this page."
    return render_page(heading, element("p", text))


def render_signed_out() -> RawResponse:
    """Render the page after a logout that leads to no client."""
    return render_page("You are logged out", element("p", "You can close this page."))


def render_error(message: str, *, status: int = 400) -> RawResponse:
    """Render the page for a request that must not be redirected, see `DirectError`.

    Args:
        message: What is wrong, what was expected, and what to do; may begin with the parameter.
        status: The status of the response.
    """
    name, sentence = split_message(message)
    if name in _TYPED:
        return render_page("The login cannot continue", render_problem(message), status=status)
    problem = element("p", element("code", name), ": ", sentence, role="alert", class_="problem")
    remedy = _REMEDIES.get(name)
    introduction = join(
        problem,
        element("h2", "For the developer"),
        element("p", "The application has sent this request, so change the request, or what the "
            "issuer knows about the application."),
        element("p", mark_code(remedy)) if remedy else "",
        element("p", "You were not sent back to the application: the address in an invalid request "
            "may be that of an attacker (RFC 6749 §4.1.2.1).", class_="soft"),
    )  # fmt: skip
    return render_page("The application's request is invalid", introduction, status=status)


def _render_scopes(scopes: Sequence[str]) -> Markup:
    if not scopes:
        return Markup()
    items = element("ul", *map(_render_scope, scopes), class_="scopes")
    return join(element("h2", "The application asks to"), items)


def _render_scope(scope: str) -> Markup:
    words, code = _SCOPES.get(GOOGLE_NAMES.get(scope, scope)), element("code", scope)
    return (
        element("li", "Use the scope ", code) if words is None else element("li", words, " ", code)
    )


def _render_button(text: str) -> Markup:
    return element("p", element("button", text, class_="button primary"), class_="row")


def _describe_host(uri: str) -> str:
    """Return the host and port of *uri*, or its scheme if it is that of a native application."""
    match = _AUTHORITY.match(uri)
    return uri.partition(":")[0] + ":" if match is None else match[1]
