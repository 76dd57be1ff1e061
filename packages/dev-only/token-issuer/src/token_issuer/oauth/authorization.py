# DEV-ONLY: never ship to production.
"""Authorization requests: their parameters, and the target of the response.

Spec: RFC 6749 §4.1.1, OpenID Connect Core §3.1.2
"""

import re
from collections.abc import Mapping
from typing import Final

from token_issuer.config.login_tables import MAX_NAME_CHARACTERS
from token_issuer.oauth.clients import Client
from token_issuer.oauth.errors import DirectError, ErrorCode, OAuthError, raise_directly
from token_issuer.oauth.id_tokens import INVALID_HINT, verify_id_token_hint
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.pkce import read_challenge, read_method
from token_issuer.oauth.records import AuthorizationRequest, ResponseTarget
from token_issuer.oauth.redirect_uris import is_allowed
from token_issuer.oauth.responses import FRAGMENT, QUERY, RESPONSE_MODES
from token_issuer.oauth.scopes import parse_scope
from token_issuer.oauth.state import ProviderState

MAX_STATE_BYTES: Final = 2048
"""The length of `state`, and that of `nonce`, in UTF-8."""
MAX_REDIRECT_URI_CHARACTERS: Final = 2048
_MAX_SHOWN_CHARACTERS: Final = 300
PROMPTS: Final = ("none", "login", "consent", "select_account")
_SECONDS: Final = re.compile(r"[0-9]{1,9}")
_UNSUPPORTED: Final[Mapping[str, ErrorCode]] = {
    "request": ErrorCode.REQUEST_NOT_SUPPORTED,
    "request_uri": ErrorCode.REQUEST_URI_NOT_SUPPORTED,
    "registration": ErrorCode.REGISTRATION_NOT_SUPPORTED,
}


def read_target(state: ProviderState, parameters: Parameters) -> tuple[Client, ResponseTarget]:
    """Return the client of an authorization request, and the target of the response.

    Raises:
        DirectError: there is no valid target: the client or the redirect URI is wrong.
    """
    with raise_directly():
        client_id = parameters.require("client_id")
        redirect_uri = parameters.require("redirect_uri")
        mode = parameters.get("response_mode")
        echoed = parameters.get("state")
    client = state.clients.find(client_id)
    if client is None:
        raise DirectError(state.clients.describe_unknown(client_id), "client_id")
    check_redirect_uri(redirect_uri, client.redirect_uris, client, "redirect_uri")
    if len((echoed or "").encode()) > MAX_STATE_BYTES:
        message = f"state: expected at most {MAX_STATE_BYTES} bytes"
        raise DirectError(message, "state")
    default = FRAGMENT if _expects_fragment(parameters) else QUERY
    known_mode = next((known for known in RESPONSE_MODES if known == mode), default)
    return client, ResponseTarget(redirect_uri, known_mode, echoed)


def _expects_fragment(parameters: Parameters) -> bool:
    """Tell whether the client asks for a flow whose errors it reads from the fragment.

    Spec: RFC 6749 §4.2.2.1, OpenID Connect Core §3.2.2.6 and §3.3.2.6
    """
    try:
        response_type = parameters.get("response_type") or ""
    except OAuthError:  # it is repeated, so the flow is unknown
        return False
    return not {"token", "id_token"}.isdisjoint(response_type.split())


def check_redirect_uri(uri: str, declared: tuple[str, ...], client: Client, field: str) -> None:
    """Check that a browser may be sent to *uri*, one of the *declared* URIs of *client*.

    Args:
        uri: The URI.
        declared: The URIs that the client declares in *field*.
        client: The client.
        field: The parameter, for the error message.

    Raises:
        DirectError: the client may not use the URI.
    """
    if len(uri) <= MAX_REDIRECT_URI_CHARACTERS and is_allowed(uri, declared):
        return
    if declared:
        expected = f"one that is declared: {', '.join(declared)[:_MAX_SHOWN_CHARACTERS]}"
    else:
        expected = (
            "a URL on a loopback address, such as http://localhost:3000/callback, or on a name "
            "without a dot, such as http://app:3000/callback; declare others in the table "
            f"[clients.{client.client_id[:80]}] of the profiles file"
        )
    shown = uri[:_MAX_SHOWN_CHARACTERS]
    message = (
        f"{field}: the client '{client.client_id[:80]}' may not use '{shown}'; expected {expected}"
    )
    raise DirectError(message, field)


def read_request(
    state: ProviderState, parameters: Parameters, client: Client, target: ResponseTarget
) -> AuthorizationRequest:
    """Return the valid request of *client*.

    Raises:
        OAuthError: a parameter is wrong; the error goes to *target*.
    """
    parameters.reject_repeated()
    _reject_unsupported(parameters)
    nonce = parameters.get("nonce")
    if len((nonce or "").encode()) > MAX_STATE_BYTES:
        message = f"nonce: expected at most {MAX_STATE_BYTES} bytes"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "nonce")
    challenge = read_challenge(parameters)
    if client.require_pkce and challenge is None:
        message = "code_challenge: missing; the client is declared with require_pkce"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "code_challenge")
    is_offline = not state.is_google or parameters.get("access_type") == "offline"
    return AuthorizationRequest(
        client_id=client.client_id,
        target=target,
        scope=parse_scope(parameters.get("scope")),
        nonce=nonce,
        challenge=challenge,
        challenge_method=read_method(parameters),
        prompt=_read_prompt(parameters),
        max_age=_read_max_age(parameters),
        login_hint=_read_login_hint(parameters),
        hinted_sub=_read_hinted_sub(state, parameters),
        is_offline=is_offline,
    )


def _reject_unsupported(parameters: Parameters) -> None:
    response_type = parameters.require("response_type")
    if response_type != "code":
        message = "response_type: expected code, the only flow that is supported"
        raise OAuthError(ErrorCode.UNSUPPORTED_RESPONSE_TYPE, message, "response_type")
    if parameters.get("response_mode") not in {None, *RESPONSE_MODES}:
        message = f"response_mode: expected one of {', '.join(RESPONSE_MODES)}"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "response_mode")
    for name, error in _UNSUPPORTED.items():
        if parameters.get(name) is not None:
            message = f"{name}: is not supported; send its contents as parameters"
            raise OAuthError(error, message, name)


def _read_prompt(parameters: Parameters) -> tuple[str, ...]:
    prompt = (parameters.get("prompt") or "").split()
    if not set(PROMPTS).issuperset(prompt):
        message = f"prompt: expected words of {', '.join(PROMPTS)}"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "prompt")
    if "none" in prompt and len(prompt) > 1:
        message = "prompt: none contradicts all other values; send it alone"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "prompt")
    return tuple(prompt)


def _read_max_age(parameters: Parameters) -> int | None:
    text = parameters.get("max_age")
    if text is None:
        return None
    if _SECONDS.fullmatch(text) is None:
        message = "max_age: expected a number of seconds, such as 3600"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "max_age")
    return int(text)


def _read_login_hint(parameters: Parameters) -> str | None:
    hint = parameters.get("login_hint")
    is_name = hint is not None and len(hint) <= MAX_NAME_CHARACTERS
    return hint if is_name else None  # a hint may be ignored


def _read_hinted_sub(state: ProviderState, parameters: Parameters) -> str | None:
    hint = parameters.get("id_token_hint")
    if hint is None:
        return None
    claims = verify_id_token_hint(state, hint)
    if claims is None:
        raise OAuthError(ErrorCode.INVALID_REQUEST, INVALID_HINT, "id_token_hint")
    return str(claims["sub"])
