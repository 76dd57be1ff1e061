# DEV-ONLY: never ship to production.
"""ID tokens: the client and time of a login, and the claims about the user.

Spec: OpenID Connect Core §2, §3.1.3.6 and §5.4
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from jwt_core import JwtError, VerifiedClaims, base64url
from jwt_core.compact import parse_compact, parse_json_part

from token_issuer.oauth.defects import apply_defect, sign_id_token
from token_issuer.oauth.records import Grant
from token_issuer.oauth.stages import Stage
from token_issuer.oauth.state import ProviderState
from token_issuer.tokens.claims import get_configured_ttl
from token_issuer.tokens.introspection import verify_for_any_audience

INVALID_HINT: Final = (
    "id_token_hint: expected an ID token of this issuer, expired or not; if the issuer has changed "
    "its keys since the login, log in again"
)
"""The error for a hint that `verify_id_token_hint` rejects."""
_AT_HASH_BYTES: Final = 16  # the left half of a SHA-256


def issue_id_token(
    state: ProviderState,
    grant: Grant,
    now: datetime,
    *,
    scope: tuple[str, ...],
    access_token: str,
    nonce: str | None,
    stage: Stage = Stage.ID_TOKEN,
) -> str:
    """Return the ID token of *grant*, with the claims that *scope* releases.

    Its `at_hash` is that of *access_token*.
    """
    issuer = state.issuer
    issued_at = int(now.timestamp())
    lifetime = get_configured_ttl(issuer.settings, issuer.find_profile())
    claims = {
        **state.selection.select(state.collect_claims(grant), scope),
        "iss": issuer.identifier,
        "sub": grant.session.sub,
        "aud": grant.client_id,
        "azp": grant.client_id,
        "iat": issued_at,
        "exp": issued_at + int(lifetime.total_seconds()),
        "auth_time": grant.session.auth_time,
        "at_hash": _hash_access_token(access_token),
        **({} if nonce is None else {"nonce": nonce}),
    }
    return sign_id_token(state, grant, apply_defect(state, stage, grant, claims, now), now)


def verify_id_token_hint(state: ProviderState, hint: str) -> VerifiedClaims | None:
    """Return the claims of an ID token of this issuer, which may have expired; None if invalid.

    Spec: OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2
    """
    try:
        expiry = parse_json_part(parse_compact(hint).payload, "payload").get("exp")
        before_expiry = datetime.fromtimestamp(int(str(expiry)) - 1, UTC)
        verified = verify_for_any_audience(hint, state.verification_keys, lambda: before_expiry)
    except (JwtError, ValueError, TypeError, OverflowError, OSError):
        return None
    claims = verified.claims
    is_ours = claims["iss"] == state.issuer.identifier and isinstance(claims.get("sub"), str)
    return claims if is_ours and verified.header.get("typ") == "JWT" else None


def _hash_access_token(token: str) -> str:
    return base64url.encode(sha256(token.encode()).digest()[:_AT_HASH_BYTES])
