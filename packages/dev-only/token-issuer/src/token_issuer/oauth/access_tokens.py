# DEV-ONLY: never ship to production.
"""Access tokens of logins: JWTs, or opaque as at Google.

The `jti` of a JWT is the sealed record of the token. `POST /token` signs any claims for anybody, so
a signature does not prove that a user has logged in; the record does.

Spec: RFC 9068
"""

from datetime import datetime, timedelta
from typing import Any

from jwt_core import Algorithm, JwtError, sign

from token_issuer.oauth.records import AccessToken, Grant
from token_issuer.oauth.sealing import Purpose
from token_issuer.oauth.state import ProviderState
from token_issuer.tokens.claims import get_configured_claim, get_configured_ttl
from token_issuer.tokens.introspection import verify_for_any_audience

TYPE = "at+jwt"
"""The `typ` of the header."""


def issue_access_token(
    state: ProviderState, grant: Grant, scope: tuple[str, ...], now: datetime
) -> tuple[str, timedelta]:
    """Return an access token for *scope*, and how long it is valid."""
    issuer = state.issuer
    lifetime = get_configured_ttl(issuer.settings, issuer.find_profile())
    issued_at = int(now.timestamp())
    expires_at = issued_at + int(lifetime.total_seconds())
    record = AccessToken(grant, scope, issued_at, expires_at)
    if state.is_google:
        token = state.sealer.seal(Purpose.ACCESS_TOKEN, record, now=now, lifetime=lifetime)
        return token, lifetime
    token_id = state.sealer.seal(Purpose.TOKEN_ID, record, now=now, lifetime=lifetime)
    released = state.selection.select_for_api(state.collect_claims(grant), scope)
    claims = {**released, **describe_access_token(state, record)}
    key = issuer.keys.ensure_key(Algorithm.RS256)
    return sign({**claims, "jti": token_id}, key, headers={"typ": TYPE}), lifetime


def describe_access_token(state: ProviderState, record: AccessToken) -> dict[str, Any]:
    """Return the claims about an access token that do not describe the user."""
    issuer = state.issuer
    scope = {"scope": " ".join(record.scope)} if record.scope else {}
    return {
        "iss": issuer.identifier,
        "sub": record.grant.session.sub,
        "aud": get_configured_claim(issuer.settings, issuer.find_profile(), "aud"),
        "client_id": record.grant.client_id,
        **scope,
        "iat": record.issued_at,
        "exp": record.expires_at,
        "auth_time": record.grant.session.auth_time,
    }


def find_access_token(state: ProviderState, token: str, now: datetime) -> AccessToken | None:
    """Return the record of an access token of a login.

    None if it is not an access token that a login of this issuer gave, or if it has expired, is
    revoked, or belongs to a user or client that has been removed.
    """
    record = _open_opaque(state, token, now) if state.is_google else _open_jwt(state, token, now)
    return None if record is None or state.find_parties(record.grant) is None else record


def _open_opaque(state: ProviderState, token: str, now: datetime) -> AccessToken | None:
    return state.sealer.open_valid(Purpose.ACCESS_TOKEN, token, AccessToken, now=now)


def _open_jwt(state: ProviderState, token: str, now: datetime) -> AccessToken | None:
    try:
        verified = verify_for_any_audience(token, state.verification_keys, lambda: now)
    except (JwtError, ValueError, TypeError):
        return None
    claims = verified.claims
    if verified.header.get("typ") != TYPE:
        return None
    token_id = str(claims.get("jti"))
    record = state.sealer.open_valid(Purpose.TOKEN_ID, token_id, AccessToken, now=now)
    if record is None:
        return None
    described = describe_access_token(state, record)
    is_same = all(claims.get(name) == value for name, value in described.items())
    return record if is_same else None
