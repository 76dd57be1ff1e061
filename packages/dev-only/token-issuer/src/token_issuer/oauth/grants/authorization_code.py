# DEV-ONLY: never ship to production.
"""The authorization code grant: a code for tokens, once.

Spec: RFC 6749 §4.1.3, RFC 7636 §4.6, OpenID Connect Core §3.1.3
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import structs

from token_issuer.oauth.clients import Client
from token_issuer.oauth.defects import apply_defect
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.ledger import UNUSED
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.pkce import check_verifier
from token_issuer.oauth.records import AuthorizationRequest, Code, Grant, Session
from token_issuer.oauth.sealing import Purpose
from token_issuer.oauth.stages import Stage
from token_issuer.oauth.state import ProviderState
from token_issuer.oauth.token_response import LoginTokens, issue_tokens

CODE_LIFETIME: Final = timedelta(seconds=60)


def create_grant(state: ProviderState, request: AuthorizationRequest, session: Session) -> Grant:
    """Return the grant of *session* to the client of *request*."""
    grant = Grant(
        number=state.grants.add(),
        session=session,
        client_id=request.client_id,
        scope=request.scope,
        is_offline=request.is_offline,
    )
    state.logins.done.add(grant, request)
    return grant


def issue_code(
    state: ProviderState, request: AuthorizationRequest, grant: Grant, now: datetime
) -> str:
    """Return the code by which the client of *request* gets the tokens of *grant*."""
    code = Code(grant, request.target.redirect_uri, request.nonce, request.challenge)
    if grant.session.defect:
        good = {"session": grant.session, "nonce": code.nonce, "challenge": code.challenge}
        used = apply_defect(state, Stage.CODE, grant, good, now)
        granted = structs.replace(grant, session=used.pop("session"))
        code = structs.replace(code, grant=granted, **used)
    return state.sealer.seal(Purpose.CODE, code, now=now, lifetime=CODE_LIFETIME)


def redeem_code(
    state: ProviderState, parameters: Parameters, client: Client, now: datetime
) -> LoginTokens:
    """Return the tokens of a code.

    A code that has been redeemed already is rejected, and its tokens are revoked: it may have been
    stolen (RFC 6749 §4.1.2).

    Raises:
        OAuthError: the code is used, has expired, or belongs to another client, redirect URI or
            verifier.
    """
    text, redirect_uri = parameters.require("code"), parameters.require("redirect_uri")
    verifier = parameters.get("code_verifier")
    opened = state.sealer.open(Purpose.CODE, text, Code, now=now)
    if opened is None or opened.record.grant.client_id != client.client_id:
        message = "code: not issued to this client in this run of the issuer; start the login again"
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "code")
    code = opened.record
    number = code.grant.number
    state.logins.done.note(code.grant, "token")
    if not state.grants.is_at(number, UNUSED):
        _reject_replay(state, number)
    if opened.is_expired:
        message = f"code: has expired; codes live {CODE_LIFETIME.total_seconds():g} s"
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "code")
    if redirect_uri != code.redirect_uri:
        message = "redirect_uri: differs from that of the authorization request; send the same one"
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "redirect_uri")
    check_verifier(code.challenge, verifier)
    if state.find_parties(code.grant) is None:
        message = "code: the user or the client has been removed; start the login again"
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "code")
    if not state.grants.advance(number, UNUSED):  # another thread was faster
        _reject_replay(state, number)
    return issue_tokens(state, code.grant, now, generation=UNUSED + 1, nonce=code.nonce)


def _reject_replay(state: ProviderState, number: int) -> None:
    state.grants.revoke(number)
    message = "code: has been used already; its tokens are now revoked; start the login again"
    raise OAuthError(ErrorCode.INVALID_GRANT, message, "code")
