# DEV-ONLY: never ship to production.
"""From a request to a token."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jwt_core import Algorithm, SigningError, SigningKey, sign
from msgspec import UNSET, structs

from token_issuer.config.profiles import Profile
from token_issuer.config.settings import Settings
from token_issuer.errors import TokenRequestError
from token_issuer.faults.registry import FaultRegistry
from token_issuer.keys.attacker import Attacker
from token_issuer.keys.service import KeyService
from token_issuer.request_log import RequestLog
from token_issuer.timing.clock import Clock
from token_issuer.timing.timestamps import parse_timestamp
from token_issuer.tokens.claims import LATEST_NUMERIC_DATE, build_claims, find_default
from token_issuer.tokens.messages import TokenRequest, TokenResponse

if TYPE_CHECKING:
    from token_issuer.tokens.defects.defect import Defect


@dataclass(frozen=True, slots=True)
class Issuer:
    """All that an issuer consists of.

    Attributes:
        settings: How it behaves.
        keys: Its key ring.
        clock: The time that it tells.
        requests: What it was asked.
        attacker: Who signs the tokens of some defects.
        faults: How its key endpoints misbehave.
    """

    settings: Settings
    keys: KeyService
    clock: Clock = field(default_factory=Clock)
    requests: RequestLog = field(default_factory=RequestLog)
    attacker: Attacker = field(default_factory=Attacker)
    faults: FaultRegistry = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "faults", FaultRegistry(self.keys))

    @property
    def name(self) -> str:
        """The `iss` claim of tokens for which nothing else is asked."""
        name: str = find_default(self.settings, self.find_profile(), "iss")
        return name

    def issue(self, request: TokenRequest, *, base_url: str | None = None) -> TokenResponse:
        """Mint the token that *request* describes.

        Args:
            request: What is asked for.
            base_url: Under which URL the issuer was reached; where a defect points to the
                attacker, and no verifier has fetched keys yet, it is sought there.

        Raises:
            TokenRequestError: the request contradicts itself or cannot be met.
            KeyDirectoryError: a key of a new algorithm is asked for, and it cannot be kept.

        Spec: RFC 6749 §4.4, RFC 7519 §4.1
        """
        _check_grant_type(request)
        now = self._find_time(request)
        claims = build_claims(request, self.settings, self.find_profile(request.profile), now)
        if request.defect is not UNSET:
            return self._issue_defective(request, claims, now, base_url)
        try:
            token = sign(claims, self.find_key(request))
        except SigningError as error:
            message = f"claims: they cannot be made into a token: {error}"
            raise TokenRequestError(message, "claims") from error
        return TokenResponse(
            access_token=token,
            token_type="Bearer",  # noqa: S106  # a type, not a secret
            expires_in=_count_seconds_left(claims.get("exp"), now),
            scope=request.scope,
        )

    def find_profile(self, name: Any = UNSET) -> Profile:
        """Return the profile of this name, by default that of the settings.

        Raises:
            TokenRequestError: no profile has this name; the message lists those that exist.
        """
        profiles = self.settings.profiles
        name = self.settings.profile if name is UNSET else name
        if name not in profiles:
            message = f"profile: no profile is named '{name[:80]}'; known profiles: "
            raise TokenRequestError(message + ", ".join(profiles), "profile")
        return profiles[name]

    def find_key(self, request: TokenRequest) -> SigningKey:
        """Return the key that is to sign.

        Raises:
            TokenRequestError: there is none of this name, or it does not fit the algorithm.
            KeyDirectoryError: a key of a new algorithm is asked for, and it cannot be kept.
        """
        algorithm = _read_algorithm(request)
        if request.kid is UNSET:
            return self.keys.provide(algorithm or Algorithm.RS256)
        key = self.keys.view.keys.get(request.kid)
        if key is None:
            known = ", ".join(self.keys.view.keys)
            message = f"kid: no key is named '{request.kid[:80]}'; known keys: {known}"
            raise TokenRequestError(message, "kid")
        if algorithm not in {None, key.algorithm}:
            message = f"kid and alg contradict each other: {key.kid} signs {key.algorithm}"
            raise TokenRequestError(message, "kid", "alg")
        return key

    def _issue_defective(
        self,
        request: TokenRequest,
        claims: Mapping[str, Any],
        now: datetime,
        base_url: str | None,
    ) -> TokenResponse:
        """Mint the token that *request* describes, with the defect that it names.

        *claims* is the claims set of a good token.
        """
        # Imported only here: few starts need the catalogue.
        from token_issuer.tokens.defects.catalogue import find_entry  # noqa: PLC0415
        from token_issuer.tokens.defects.ingredients import TokenIngredients  # noqa: PLC0415
        from token_issuer.tokens.defects.minting import mint_defective  # noqa: PLC0415

        if self.settings.workers > 1:
            message = (
                "defect: several workers do not share what a defect needs; unset "
                "TOKEN_ISSUER_WORKERS"
            )
            raise TokenRequestError(message, "defect")
        entry = find_entry(str(request.defect))
        ingredients = TokenIngredients(
            claims=claims,
            key=self.find_key(_choose_algorithm(request, entry.defect)),
            now=int(now.timestamp()),
            jwks=self.keys.view.jwks.body,
            attacker=self.attacker,
            base_url=self.attacker.verifier_url or base_url,
        )
        minted = mint_defective(entry, ingredients)
        return TokenResponse(
            access_token=minted.token,
            token_type="Bearer",  # noqa: S106  # a type, not a secret
            scope=request.scope,
            authorization=minted.authorization,
        )

    def _find_time(self, request: TokenRequest) -> datetime:
        if request.now is UNSET:
            return self.clock()
        try:
            return parse_timestamp(request.now)
        except ValueError as error:
            message = f"now: {error}"
            raise TokenRequestError(message, "now") from error


def _read_algorithm(request: TokenRequest) -> Algorithm | None:
    if request.alg is UNSET:
        return None
    try:
        return Algorithm(request.alg)
    except ValueError as error:
        message = f"alg: expected one of {', '.join(Algorithm)}"
        raise TokenRequestError(message, "alg") from error


def _choose_algorithm(request: TokenRequest, defect: "Defect") -> TokenRequest:
    """Ask for the algorithm that *defect* is about.

    Raises:
        TokenRequestError: the request asks for another one.
    """
    if not defect.alg or request.alg == defect.alg:
        return request
    if request.alg is not UNSET:
        message = f"defect and alg contradict each other: {defect.id} is about {defect.alg} tokens"
        raise TokenRequestError(message, "defect", "alg")
    return structs.replace(request, alg=defect.alg)


def _check_grant_type(request: TokenRequest) -> None:
    if request.grant_type not in {UNSET, "client_credentials"}:
        message = (
            "grant_type: only client_credentials is supported; any other flow, or leave it out"
        )
        raise TokenRequestError(message, "grant_type", error="unsupported_grant_type")


def _count_seconds_left(exp: object, now: datetime) -> Any:
    """Return `expires_in`, or UNSET where the claims set holds no usable `exp`."""
    if isinstance(exp, bool) or not isinstance(exp, int | float):
        return UNSET
    if exp > LATEST_NUMERIC_DATE:
        return UNSET
    return max(0, math.floor(exp - int(now.timestamp())))  # from the same second as iat
