# DEV-ONLY: never ship to production.
"""The records that sealed values contain."""

from typing import Any

from msgspec import Struct


class Session(Struct, frozen=True, array_like=True):
    """A user who is logged in at a browser.

    Attributes:
        number: The number in the ledger of sessions.
        user: The name of the user.
        sub: The `sub` of the user.
        is_known: Whether the user was known, see `User.is_known`.
        auth_time: When the user logged in, in seconds since 1970.
        claims: The claims of this login alone.
        defect: The id of the defect of this login; empty without one.
    """

    number: int
    user: str
    sub: str
    is_known: bool
    auth_time: int
    claims: dict[str, Any]
    defect: str = ""


class Grant(Struct, frozen=True, array_like=True):
    """The access that a user has granted to a client with one login.

    Attributes:
        number: The number in the ledger of grants.
        session: The session from which it comes.
        client_id: The client.
        scope: The scopes.
        is_offline: Whether the client gets a refresh token.
    """

    number: int
    session: Session
    client_id: str
    scope: tuple[str, ...]
    is_offline: bool


class Code(Struct, frozen=True, array_like=True):
    """An authorization code.

    Attributes:
        grant: The grant that it redeems.
        redirect_uri: The redirect URI of the authorization request.
        nonce: The nonce of the authorization request.
        challenge: The result of `pkce.read_challenge` for the authorization request.
    """

    grant: Grant
    redirect_uri: str
    nonce: str | None
    challenge: str | None


class RefreshToken(Struct, frozen=True, array_like=True):
    """A refresh token.

    Attributes:
        grant: The grant that it refreshes.
        generation: The state of the grant in the ledger in which the token is accepted.
    """

    grant: Grant
    generation: int


class AccessToken(Struct, frozen=True, array_like=True):
    """An access token that came from a grant.

    Attributes:
        grant: The grant.
        scope: The scopes of the token, which may be fewer than those of the grant.
        issued_at: When it was issued, in seconds since 1970.
        expires_at: When it expires, in seconds since 1970.
    """

    grant: Grant
    scope: tuple[str, ...]
    issued_at: int
    expires_at: int


class DeviceCode(Struct, frozen=True, array_like=True):
    """A device code.

    Attributes:
        user_code: The code that the user types.
        client_id: The client.
    """

    user_code: str
    client_id: str


class ResponseTarget(Struct, frozen=True, array_like=True):
    """The target of the response to an authorization request.

    Attributes:
        redirect_uri: The redirect URI, which the client may use.
        mode: One of `responses.RESPONSE_MODES`.
        state: The state of the client.
    """

    redirect_uri: str
    mode: str
    state: str | None


class AuthorizationRequest(Struct, frozen=True, array_like=True):
    """A valid authorization request.

    Attributes:
        client_id: The client.
        target: The target of the response.
        scope: The requested scopes.
        nonce: The nonce.
        challenge: The result of `pkce.read_challenge`.
        challenge_method: The method of the challenge; None without one.
        prompt: The values of `prompt`.
        max_age: The maximum age of the login, in seconds.
        login_hint: The user whom the client expects.
        hinted_sub: The `sub` of `id_token_hint`.
        is_offline: Whether the client asked for a refresh token.
    """

    client_id: str
    target: ResponseTarget
    scope: tuple[str, ...]
    nonce: str | None
    challenge: str | None
    challenge_method: str | None
    prompt: tuple[str, ...]
    max_age: int | None
    login_hint: str | None
    hinted_sub: str | None
    is_offline: bool
