# DEV-ONLY: never ship to production.
"""Authorization responses, with which the browser returns to the client.

Spec: RFC 6749 §4.1.2, RFC 9207, OAuth 2.0 Multiple Response Type Encoding Practices §2.1, OAuth 2.0
Form Post Response Mode
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from token_issuer.oauth.records import ResponseTarget

QUERY: Final = "query"
FRAGMENT: Final = "fragment"
FORM_POST: Final = "form_post"
RESPONSE_MODES: Final = (QUERY, FRAGMENT, FORM_POST)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationResponse:
    """The response to an authorization request, which the browser takes to the client.

    Attributes:
        redirect_uri: The redirect URI, which the client may use.
        mode: One of `RESPONSE_MODES`.
        parameters: The parameters.
        session_cookie: The new value of the session cookie; None to leave it as it is.
    """

    redirect_uri: str
    mode: str
    parameters: dict[str, str]
    session_cookie: str | None = None

    @property
    def location(self) -> str:
        """The URL to redirect to (303), unless the mode is `form_post`.

        With `form_post` the response is a page whose form posts `parameters` to `redirect_uri`.
        """
        return add_parameters(self.redirect_uri, self.parameters, mode=self.mode)


def build_response(
    target: ResponseTarget,
    issuer: str,
    parameters: dict[str, str],
    session_cookie: str | None = None,
) -> AuthorizationResponse:
    """Build the response with *parameters*, the unchanged state, and the identifier *issuer*."""
    echoed = {} if target.state is None else {"state": target.state}
    return AuthorizationResponse(
        redirect_uri=target.redirect_uri,
        mode=target.mode,
        parameters={**parameters, **echoed, "iss": issuer},
        session_cookie=session_cookie,
    )


def add_parameters(uri: str, parameters: dict[str, str], *, mode: str = QUERY) -> str:
    """Return *uri*, which has no fragment, with *parameters* added to its own.

    >>> add_parameters("https://app.test/?a=1", {"state": "x y"})
    'https://app.test/?a=1&state=x%20y'
    """
    if not parameters:
        return uri
    encoded = urlencode(parameters, quote_via=quote)
    if mode == FRAGMENT:
        return f"{uri}#{encoded}"
    separator = "?" if "?" not in uri else "" if uri[-1] in "?&" else "&"
    return f"{uri}{separator}{encoded}"
