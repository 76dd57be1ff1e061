# DEV-ONLY: never ship to production.
"""PKCE: only the client that asked for a code can redeem it.

A challenge of either method is kept as the hash of its verifier. A code in a browser's history then
does not reveal the verifier of the method `plain`.

Spec: RFC 7636, RFC 9700 §2.1.1 and §4.8.2
"""

import hmac
import re
from hashlib import sha256
from typing import Final

from jwt_core import base64url

from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.parameters import Parameters

METHODS: Final = ("S256", "plain")
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_S256: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def read_challenge(parameters: Parameters) -> str | None:
    """Return the hash of the verifier that the client will have to send; None without PKCE.

    Raises:
        OAuthError: the challenge is malformed, or its method is unknown.
    """
    challenge = parameters.get("code_challenge")
    method = parameters.get("code_challenge_method")
    if challenge is None:
        if method is not None:
            message = "code_challenge: missing, although code_challenge_method is there; send both"
            raise OAuthError(ErrorCode.INVALID_REQUEST, message, "code_challenge")
        return None
    if method not in {None, *METHODS}:
        message = f"code_challenge_method: expected {' or '.join(METHODS)}"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "code_challenge_method")
    if method == "S256":
        if _S256.fullmatch(challenge) is None:
            message = "code_challenge: expected the base64url of a SHA-256, 43 characters"
            raise OAuthError(ErrorCode.INVALID_REQUEST, message, "code_challenge")
        return challenge
    if _PLAIN.fullmatch(challenge) is None:
        message = "code_challenge: expected 43 to 128 characters of A-Z a-z 0-9 . _ ~ -"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "code_challenge")
    return _hash(challenge)


def read_method(parameters: Parameters) -> str | None:
    """Return the method of a challenge that `read_challenge` has read; None without PKCE.

    Spec: RFC 7636 §4.3
    """
    if parameters.get("code_challenge") is None:
        return None
    return parameters.get("code_challenge_method") or "plain"


def check_verifier(challenge: str | None, verifier: str | None) -> None:
    """Check that the client sends a verifier if and only if it sent a challenge.

    Args:
        challenge: What `read_challenge` returned for the authorization request.
        verifier: The parameter `code_verifier` of the token request.

    Raises:
        OAuthError: the verifier is missing, wrong, or there without a challenge.
    """
    if challenge is None:
        if verifier is not None:
            message = (
                "code_verifier: the authorization request had no code_challenge; send one with "
                "it, or no code_verifier"
            )
            raise OAuthError(ErrorCode.INVALID_GRANT, message, "code_verifier")
        return
    if verifier is None:
        message = "code_verifier: missing, although the authorization request had a code_challenge"
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "code_verifier")
    if not hmac.compare_digest(_hash(verifier), challenge):
        message = "code_verifier: does not match the code_challenge of the authorization request"
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "code_verifier")


def _hash(verifier: str) -> str:
    return base64url.encode(sha256(verifier.encode()).digest())
