# DEV-ONLY: never ship to production.
"""The provider: the endpoints of OAuth 2.0 and OpenID Connect of one issuer, without HTTP.

`web` decodes a request into pairs of text, calls one method, and encodes the result or the error:

- `OAuthError`: its `error`, its text and its `status` go to the client.
- `DirectError`: a page with status 400, which is not redirected.
- `InvalidInputError`: a mistake of the user on a page, or of a test.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from token_issuer.oauth.choosers import Chooser, DeviceDecision
from token_issuer.oauth.client_authentication import (
    BasicCredentials,
    authenticate_client,
    identify_client,
)
from token_issuer.oauth.clients import Clients
from token_issuer.oauth.errors import OAuthError, raise_directly
from token_issuer.oauth.exchange import exchange
from token_issuer.oauth.grants.device_code import DeviceAuthorization, authorize_device
from token_issuer.oauth.interaction import Decided, begin_device_login, begin_login, decide
from token_issuer.oauth.introspection import introspect_token
from token_issuer.oauth.logins import PlannedLogins
from token_issuer.oauth.logout import log_out
from token_issuer.oauth.metadata import describe_provider
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.responses import AuthorizationResponse
from token_issuer.oauth.revocation import revoke_token
from token_issuer.oauth.state import ProviderState
from token_issuer.oauth.token_info import describe_for_google
from token_issuer.oauth.token_response import LoginTokens
from token_issuer.oauth.userinfo import describe_user
from token_issuer.oauth.users import Users
from token_issuer.timing.elapsed import read_elapsed_s
from token_issuer.tokens.issuer import Issuer

Pairs = Iterable[tuple[str, str]]
"""The decoded parameters of a request, in their order; empty and repeated ones included."""


class Provider:
    """The endpoints of one issuer, and the state of its logins."""

    def __init__(self, issuer: Issuer, read_elapsed: Callable[[], float] = read_elapsed_s) -> None:
        """Build the users and clients of *issuer*, whose identifier is final.

        Args:
            issuer: The issuer.
            read_elapsed: The monotonic clock, in seconds.
        """
        self._state = ProviderState(issuer, read_elapsed)

    @property
    def state(self) -> ProviderState:
        """The state, which the machines of the same issuer share."""
        return self._state

    @property
    def issuer(self) -> Issuer:
        """The issuer whose users log in."""
        return self._state.issuer

    @property
    def users(self) -> Users:
        """The users: `users.add("erin", groups=["admin"])`."""
        return self._state.users

    @property
    def clients(self) -> Clients:
        """The clients: `clients.add("app", secret="s3cret")`."""
        return self._state.clients

    @property
    def logins(self) -> PlannedLogins:
        """The planned logins: `logins.next("bob")`."""
        return self._state.logins

    @property
    def metadata(self) -> dict[str, Any]:
        """The members of the discovery document other than URLs and grant types."""
        return describe_provider(self._state)

    def authorize(
        self, pairs: Pairs, cookie: str | None, now: datetime, planned: OAuthError | None = None
    ) -> AuthorizationResponse | Chooser:
        """Respond to an authorization request.

        Args:
            pairs: The parameters of the query (GET) or the form (POST).
            cookie: The session cookie of the browser; None if it has none.
            now: The time of the request.
            planned: The error that the client gets instead of a login.

        Raises:
            DirectError: the client or the redirect URI is wrong.
        """
        return begin_login(self._state, _read_for_page(pairs), cookie, now, planned)

    def decide(
        self, pairs: Pairs, cookie: str | None, now: datetime, planned: OAuthError | None = None
    ) -> Decided:
        """Continue with the form of the login page: `interaction`, and `user` or `deny`.

        If the name of another account is invalid, the page is shown again. Whatever the decision,
        the client gets the *planned* error. With `list_defects` or `defect` alone, the user
        continues on a page: the list of defects, or the same page with the defect.

        Raises:
            DirectError: the page has expired, or comes from another issuer.
            InvalidInputError: the device no longer waits, an error is planned, or no login can have
                the defect.
        """
        return decide(self._state, _read_for_page(pairs), cookie, now, planned)

    def exchange(self, pairs: Pairs, basic: BasicCredentials | None, now: datetime) -> LoginTokens:
        """Respond to a token request for one of `LOGIN_GRANT_TYPES`.

        Args:
            pairs: The parameters of the form.
            basic: The Basic credentials; None if the request has none.
            now: The time of the request.

        Raises:
            OAuthError: the request or the grant is invalid.
        """
        return exchange(self._state, Parameters(pairs), basic, now)

    def describe_user(self, tokens: Sequence[str], now: datetime) -> dict[str, Any]:
        """Respond to a UserInfo request.

        Args:
            tokens: The access tokens of the request, from its header, form and query.
            now: The time of the request.

        Raises:
            OAuthError: there is not exactly one token, or it is invalid, or lacks a scope.
        """
        return describe_user(self._state, tokens, now)

    def describe_access_token(self, token: str, now: datetime, *, is_old: bool) -> dict[str, Any]:
        """Respond to a request for Google's `tokeninfo` of an access token.

        Args:
            token: The parameter `access_token`.
            now: The time of the request.
            is_old: Whether to use the names of `/oauth2/v1/tokeninfo` rather than those of v3.

        Raises:
            OAuthError: the token is invalid; Google's status is 400.
        """
        return describe_for_google(self._state, token, now, is_old=is_old)

    def introspect(
        self, pairs: Pairs, basic: BasicCredentials | None, now: datetime
    ) -> dict[str, Any]:
        """Respond to an introspection request.

        Raises:
            OAuthError: the client has not proved its secret, or the token is missing.
        """
        parameters = _read_for_client(pairs)
        client = authenticate_client(self._state.clients, parameters, basic)
        return introspect_token(self._state, parameters, client, now)

    def revoke(self, pairs: Pairs, basic: BasicCredentials | None, now: datetime) -> None:
        """Respond to a revocation request; at Google it needs no client.

        Raises:
            OAuthError: the client is wrong, or the token is missing or that of another client.
        """
        parameters = _read_for_client(pairs)
        is_anonymous = basic is None and parameters.get("client_id") is None
        client = (
            None
            if self._state.is_google and is_anonymous
            else identify_client(self._state.clients, parameters, basic)
        )
        revoke_token(self._state, parameters, client, now)

    def log_out(self, pairs: Pairs, cookie: str | None, now: datetime) -> str | None:
        """Respond to a logout request: end the session, and return the URL to go to.

        `web` deletes the session cookie.

        Returns:
            The URL to redirect to (303); None to show a page.

        Raises:
            DirectError: the hint or the client is wrong, or the client may not use the URL.
        """
        return log_out(self._state, _read_for_page(pairs), cookie, now)

    def authorize_device(
        self,
        pairs: Pairs,
        basic: BasicCredentials | None,
        now: datetime,
        *,
        verification_uri: str,
    ) -> DeviceAuthorization:
        """Respond to a device authorization request.

        Args:
            pairs: The parameters of the form.
            basic: The Basic credentials; None if the request has none.
            now: The time of the request.
            verification_uri: The URL of the device page, as a browser reaches it.

        Raises:
            OAuthError: the client or the scope is wrong, or too many devices wait.
        """
        parameters = _read_for_client(pairs)
        client = identify_client(self._state.clients, parameters, basic)
        return authorize_device(
            self._state, parameters, client, now, verification_uri=verification_uri
        )

    def begin_device_login(self, user_code: str, now: datetime) -> Chooser | DeviceDecision:
        """Respond to the user code that a user types on the device page.

        Raises:
            InvalidInputError: no device waits with this code.
        """
        return begin_device_login(self._state, user_code, now)

    def reset(self) -> None:
        """Restore the declared users and clients, and forget planned logins and devices.

        Sessions and tokens stay.
        """
        self.users.reset()
        self.clients.reset()
        self.logins.clear()
        self._state.devices.clear()


def _read_for_client(pairs: Pairs) -> Parameters:
    parameters = Parameters(pairs)
    parameters.reject_repeated()
    return parameters


def _read_for_page(pairs: Pairs) -> Parameters:
    with raise_directly():
        return Parameters(pairs)
