# DEV-ONLY: never ship to production.
"""A relying party, a browser and two clocks around a provider."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from token_issuer.config.issuers import derive_settings
from token_issuer.config.keywords import parse_keywords
from token_issuer.keys.service import KeyService
from token_issuer.oauth.choosers import Chooser
from token_issuer.oauth.client_authentication import BasicCredentials
from token_issuer.oauth.provider import Provider
from token_issuer.oauth.responses import AuthorizationResponse
from token_issuer.oauth.token_response import LoginTokens
from token_issuer.timing.clock import Clock
from token_issuer.tokens.issuer import Issuer

CALLBACK: Final = "http://localhost:3000/callback"
VERIFIER: Final = "verifier-of-at-least-forty-three-characters-1"
CHALLENGE: Final = (
    base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
PKCE: Final = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}

Pairs = list[tuple[str, str]]


def to_pairs(parameters: dict[str, Any]) -> Pairs:
    """Return the pairs of *parameters*; None leaves one out, a list repeats one."""
    return [
        (name, value)
        for name, values in parameters.items()
        if values is not None
        for value in (values if isinstance(values, list) else [values])
    ]


@dataclass
class Party:
    """A client `app` and a browser of one provider."""

    provider: Provider
    issuer: Issuer
    start: datetime
    ahead: timedelta = timedelta(0)
    elapsed_s: float = 1000.0
    cookie: str | None = None
    basic: BasicCredentials | None = None
    seen: list[AuthorizationResponse] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.start + self.ahead

    def wait(self, **duration: float) -> None:
        """Let time pass, by both clocks."""
        self.ahead += timedelta(**duration)
        self.elapsed_s += timedelta(**duration).total_seconds()

    def authorize(self, **parameters: Any) -> AuthorizationResponse | Chooser:
        request = {
            "client_id": "app", "redirect_uri": CALLBACK, "response_type": "code",
            "scope": "openid", "state": "s-1",
        }  # fmt: skip
        response = self.provider.authorize(
            to_pairs({**request, **parameters}), self.cookie, self.now
        )
        self._keep(response)
        return response

    def choose(self, page: AuthorizationResponse | Chooser, **form: str) -> Any:
        """Decide on a login page."""
        assert isinstance(page, Chooser)
        pairs = to_pairs({"interaction": page.interaction, **form})
        response = self.provider.decide(pairs, self.cookie, self.now)
        self._keep(response)
        return response

    def _keep(self, response: object) -> None:
        if isinstance(response, AuthorizationResponse):
            self.seen.append(response)
        self.cookie = getattr(response, "session_cookie", None) or self.cookie

    def respond(self, **parameters: Any) -> dict[str, str]:
        """Return the parameters of a response that needs no page."""
        response = self.authorize(**parameters)
        assert isinstance(response, AuthorizationResponse), response
        return response.parameters

    def get_code(self, **parameters: Any) -> str:
        answer = self.respond(**{"login_hint": "alice", **parameters})
        assert "code" in answer, answer
        return answer["code"]

    def exchange(self, **parameters: Any) -> LoginTokens:
        request = {"client_id": None if self.basic else "app", **parameters}
        return self.provider.exchange(to_pairs(request), self.basic, self.now)

    def redeem(self, code: str, **parameters: Any) -> LoginTokens:
        request = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return self.exchange(**{**request, **parameters})

    def refresh(self, token: object, **parameters: Any) -> LoginTokens:
        request = {"grant_type": "refresh_token", "refresh_token": token}
        return self.exchange(**{**request, **parameters})

    def log_in(self, **parameters: Any) -> LoginTokens:
        return self.redeem(self.get_code(**parameters))

    def read(self, token: object) -> dict[str, Any]:
        """Return the verified claims of a JWT of the issuer."""
        return dict(self._decode(token).claims)

    def read_header(self, token: object) -> dict[str, Any]:
        return dict(self._decode(token).header)

    def _decode(self, token: object) -> Any:
        keys = KeySet.import_key_set(json.loads(self.issuer.keys.view.jwks.body))
        return jwt.decode(str(token), keys, algorithms=["RS256"])

    def describe_user(self, token: object) -> dict[str, Any]:
        return self.provider.describe_user([str(token)], self.now)

    def introspect(
        self, token: object, client: str = "api", secret: str | None = None
    ) -> dict[str, Any]:
        basic = BasicCredentials(client, secret or "s")
        return self.provider.introspect([("token", str(token))], basic, self.now)

    def revoke(self, token: object, **parameters: Any) -> None:
        pairs = to_pairs({"token": str(token), "client_id": "app", **parameters})
        self.provider.revoke(pairs, None, self.now)


BuildParty = Callable[..., Party]


@pytest.fixture
def build_party(keys: KeyService, now: datetime) -> BuildParty:
    """Return a function that builds a provider from settings, with a client and a browser."""

    def build(name: str = "", ring: KeyService = keys, **keywords: Any) -> Party:
        settings = parse_keywords(keywords)
        if name:
            settings = derive_settings(settings, name)
        party: Party
        issuer = Issuer(settings, ring, Clock(lambda: party.now), name=name)
        provider = Provider(issuer, lambda: party.elapsed_s)
        party = Party(provider, issuer, now)
        return party

    return build


@pytest.fixture
def party(build_party: BuildParty) -> Party:
    return build_party()
