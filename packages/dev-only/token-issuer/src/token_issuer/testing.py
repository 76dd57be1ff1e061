# DEV-ONLY: never ship to production.
"""An issuer inside a test process: a real HTTP server on a free port of 127.0.0.1.

    with run_token_issuer(audience="my-api") as issuer:
        client = MyService(jwks_uri=issuer.jwks_uri)
        assert client.get("/", token=issuer.mint(sub="alice")).ok

The pytest fixture `token_issuer` is this. The web framework is imported when the first issuer
starts, not with this module.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from jwt_core import Algorithm

from token_issuer.config.choices import RotationMode
from token_issuer.config.production import refuse_production
from token_issuer.config.settings import Settings, read_environment
from token_issuer.faults.registry import FaultRegistry
from token_issuer.request_log import RequestLog
from token_issuer.timing.clock import Clock
from token_issuer.tokens.factory import build_issuer
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.messages import FIELDS, TokenResponse
from token_issuer.tokens.request_parsing import convert_parameters


class RunningIssuer:
    """A running issuer, and what a test does with it.

    Attributes:
        url: Its base URL.
        clock: Its clock: `clock.turn(offset=timedelta(hours=2))`, `clock.reset()`.
        requests: What it was asked: `requests.count("/certs")`, `requests.clear()`.
        faults: How its key endpoints misbehave: `faults.set({"kind": "reset"})`, `faults.reset()`.
    """

    def __init__(self, issuer: Issuer, url: str) -> None:
        self.url = url
        self._issuer = issuer

    @property
    def clock(self) -> Clock:
        """The clock that tokens, cache headers and `Date` go by."""
        return self._issuer.clock

    @property
    def requests(self) -> RequestLog:
        """The requests that came in over HTTP."""
        return self._issuer.requests

    @property
    def faults(self) -> FaultRegistry:
        """How its key endpoints misbehave."""
        return self._issuer.faults

    @property
    def jwks_uri(self) -> str:
        """Where the JWKS is."""
        return f"{self.url}/.well-known/jwks.json"

    @property
    def issuer(self) -> str:
        """The `iss` claim of its tokens."""
        return self._issuer.identifier

    @property
    def audience(self) -> str:
        """The `aud` claim of its tokens."""
        return self._issuer.settings.audience

    @property
    def kid(self) -> str:
        """The name of the key that signs."""
        return self._issuer.keys.view.default_kid

    def mint(self, **claims: Any) -> str:
        """Return a token.

        Args:
            claims: The fields of `POST /token`, such as `sub`, `aud`, `exp` (`"-5m"` is expired),
                `kid`, `alg`, `profile`, `defect` (see `present` for those that are not in the
                token alone); any other name becomes a claim.

        Raises:
            TokenRequestError: a field is wrong.
        """
        return self._issue(claims).access_token

    def present(self, **claims: Any) -> list[str]:
        """Return the values of the `Authorization` header fields that present a token.

        That is one, `Bearer TOKEN`, unless the token has a defect in how it is presented.

        Args:
            claims: As for `mint`.

        Raises:
            TokenRequestError: a field is wrong.
        """
        answer = self._issue(claims)
        if isinstance(answer.authorization, list):
            return answer.authorization
        return [f"Bearer {answer.access_token}"]

    def _issue(self, claims: dict[str, Any]) -> TokenResponse:
        return self._issuer.issue(convert_parameters(_separate(claims)), base_url=self.url)

    def rotate(
        self,
        mode: RotationMode | str = RotationMode.GRACEFUL,
        *,
        alg: Algorithm | str = Algorithm.RS256,
        lead: timedelta = timedelta(0),
        retention: timedelta | None = None,
    ) -> str:
        """Let a new key take over, and return its name.

        Args:
            mode: `graceful`: the old key stays published; `emergency`: it goes at once;
                `sign-before-publish`: the new key signs, and is not published for *lead*.
            alg: Whose key.
            lead: How long a new key is published before it signs. By default it signs at once: a
                verifier has to fetch again.
            retention: How long the old key stays published; by default for as long as its tokens
                live.
        """
        entry = self._issuer.keys.rotate(
            RotationMode(mode), Algorithm(alg), lead=lead, retention=retention
        )
        return entry.kid


def _separate(claims: dict[str, Any]) -> dict[str, Any]:
    """Put what is no field of a token request among its `claims`."""
    fields = {name: value for name, value in claims.items() if name in FIELDS}
    extra = {name: value for name, value in claims.items() if name not in FIELDS}
    return {**fields, "claims": {**fields.get("claims", {}), **extra}} if extra else fields


@contextmanager
def run_token_issuer(**settings: Any) -> Iterator[RunningIssuer]:
    """Run an issuer for as long as the block lasts.

    Args:
        settings: Fields of `Settings`, such as `issuer`, `audience`, `profile`, `keys_max_age`.

    Raises:
        ProductionEnvironmentError: the environment calls itself production.
    """
    refuse_production(read_environment()[0])
    # The web framework takes half a second to import: only those who run an issuer wait for it.
    from token_issuer.server.server import format_url, listen, serve_in_thread  # noqa: PLC0415

    chosen = Settings(**{"port": 0, **settings}, chosen=frozenset(settings))
    issuer = build_issuer(chosen)
    with (
        listen(chosen.host, chosen.port) as listener,
        issuer.keys,
        serve_in_thread(issuer, listener),
    ):
        yield RunningIssuer(issuer, format_url(listener))
