"""A model of a relying party's checks, each of which can be omitted.

With all checks it is strict. Without one check it accepts exactly the logins that this check would
reject. ID tokens are verified by the model of a verifier, `tests.weak_verifier`, whose checks can
be omitted too.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.weak_verifier.checks import RefusedError, verify
from tests.weak_verifier.key_cache import KeyCache
from tests.weak_verifier.verifier import fetch, read_header

MAX_AGE_S: Final = 600
"""The age of an ID token at which the model rejects it; the token was issued a moment ago."""
_AT_HASH_BYTES: Final = 16

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the relying party remembers about its authorization request.

    Attributes:
        state: The state.
        nonce: The nonce; empty if none was sent.
    """

    state: str
    nonce: str


@dataclass(frozen=True, kw_only=True)
class LoginChecks:
    """The checks of a relying party, in the order of a login.

    Attributes:
        issuer: The issuer that it trusts.
        client_id: Its client id.
        keys: The keys of the issuer.
        now: Returns the seconds since the epoch.
        without: The omitted checks.
    """

    issuer: str
    client_id: str
    keys: KeyCache
    now: Callable[[], float]
    without: frozenset[str]

    def require(self, check: str, condition: object) -> None:
        if not condition and check not in self.without:
            raise RefusedError(check)

    def check_response(self, sent: Mapping[str, str], request: Request) -> None:
        """Check the parameters of an authorization response.

        Raises:
            RefusedError: a check rejects them.
        """
        self.require("state", sent.get("state") == request.state)
        self.require("issuer-parameter", sent.get("iss") == self.issuer)
        self.require("error-response", "error" not in sent)

    def check_tokens(self, tokens: Document, request: Request) -> dict[str, Any]:
        """Check the response of the token endpoint to a code, and return the claims.

        The claims are empty if there is no ID token, and the check is omitted.

        Raises:
            RefusedError: a check rejects it.
        """
        self.check_token_type(tokens)
        self.require("id-token", "id_token" in tokens)
        if "id_token" not in tokens:
            return {}
        claims = self.verify_id_token(tokens["id_token"])
        if not claims:  # without the check `json`, a payload that is not an object has no claims
            return claims
        self.require("nonce", not request.nonce or claims.get("nonce") == request.nonce)
        at_hash = hash_access_token(tokens["access_token"])
        self.require("at_hash", claims.get("at_hash", at_hash) == at_hash)
        return claims

    def check_token_type(self, tokens: Document) -> None:
        self.require("token-type", str(tokens.get("token_type")).lower() == "bearer")

    def verify_id_token(self, token: str) -> dict[str, Any]:
        bearer = f"Bearer {token}"
        now = self.now()
        claims = verify(
            [bearer],
            self.keys.find_keys(read_header(bearer).get("kid")),
            issuer=self.issuer,
            audience=self.client_id,
            now=now,
            without=self.without,
            fetch=fetch,
        )
        self.require("azp", claims.get("azp", self.client_id) == self.client_id)
        issued_at = claims.get("iat")
        is_old = isinstance(issued_at, int | float) and issued_at < now - MAX_AGE_S
        self.require("age", not is_old)
        return claims

    def check_user(self, claims: Document, userinfo: Document) -> dict[str, Any]:
        """Check the response of the userinfo endpoint, and return all claims about the user.

        Raises:
            RefusedError: a check rejects it.
        """
        sub = claims.get("sub", userinfo.get("sub"))
        self.require("userinfo-sub", sub is not None and userinfo.get("sub") == sub)
        return {**claims, **userinfo}

    def check_email(self, user: Document) -> None:
        """Check that the email, by which the relying party identifies users, is verified.

        Raises:
            RefusedError: it is not verified.
        """
        self.require("email", user.get("email_verified", True) is True)

    def check_refreshed(self, tokens: Document, sub: str) -> None:
        """Check the response of the token endpoint to a refresh token of the user *sub*.

        Raises:
            RefusedError: a check rejects it.
        """
        if "id_token" in tokens:
            claims = self.verify_id_token(tokens["id_token"])
            self.require("refresh-sub", claims.get("sub", sub) == sub)


def hash_access_token(token: str) -> str:
    """Return the `at_hash` of *token* for RS256 (OpenID Connect Core §3.1.3.6)."""
    digest = hashlib.sha256(token.encode()).digest()[:_AT_HASH_BYTES]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
