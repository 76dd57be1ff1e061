# DEV-ONLY: never ship to production.
"""The issuer: its settings, keys and clock, and the issue of tokens."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jwt_core import Algorithm, SigningError, SigningKey, sign
from msgspec import UNSET, structs

from token_issuer.config.choices import ALGORITHMS
from token_issuer.config.profiles import Profile
from token_issuer.config.settings import Settings
from token_issuer.errors import (
    InvalidInputError,
    TokenRequestError,
    describe_unknown_name,
    suggest_names,
)
from token_issuer.faults.registry import FaultRegistry
from token_issuer.keys.attacker import Attacker
from token_issuer.keys.service import KeyService
from token_issuer.request_log import RequestLog
from token_issuer.timing.clock import Clock
from token_issuer.timing.timestamps import parse_timestamp
from token_issuer.tokens.claims import LATEST_NUMERIC_DATE, build_claims, get_configured_claim
from token_issuer.tokens.messages import TokenRequest, TokenResponse

if TYPE_CHECKING:
    from token_issuer.tokens.defects.defect import Defect
    from token_issuer.tokens.defects.ingredients import TokenIngredients


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer of tokens and the state that its endpoints share.

    Attributes:
        settings: The settings.
        keys: The signing keys.
        clock: The simulated clock.
        requests: The log of the latest requests.
        attacker: The attacker, who signs the tokens of some defects.
        name: The name of an issuer besides the main one; empty for the main one.
        url: The base URL at which it is served; empty until that is known.
        faults: The faults of the endpoints.
        profiles: The profiles by name, with the values of the settings.
    """

    settings: Settings
    keys: KeyService
    clock: Clock = field(default_factory=Clock)
    requests: RequestLog = field(default_factory=RequestLog)
    attacker: Attacker = field(default_factory=Attacker)
    name: str = ""
    url: str = ""
    faults: FaultRegistry = field(init=False)
    profiles: Mapping[str, Profile] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        settings = self.settings
        values = {
            "google_project": settings.google_project,
            "google_project_number": settings.google_project_number,
            "google_account": settings.default_account,
        }
        profiles = {name: each.resolve(values) for name, each in settings.profiles.items()}
        object.__setattr__(self, "faults", FaultRegistry(self.keys))
        object.__setattr__(self, "profiles", profiles)

    @property
    def path(self) -> str:
        """The path below which the issuer is served: `/staff`; empty for the main issuer."""
        return f"/{self.name}" if self.name else ""

    @property
    def identifier(self) -> str:
        """The issuer identifier: the default of the `iss` claim."""
        identifier: str = get_configured_claim(self.settings, self.find_profile(), "iss")
        return identifier

    def issue(
        self, request: TokenRequest, *, base_url: str | None = None, now: datetime | None = None
    ) -> TokenResponse:
        """Issue the token that *request* describes.

        Args:
            request: The token request.
            base_url: The base URL of the request. Defects that point to the attacker's keys use it
                unless the settings name the URL by which the verifier reaches the issuer.
            now: The time of issue, unless *request* sets it; by default, the time of the clock.

        Raises:
            TokenRequestError: the request is invalid, contradicts itself or cannot be met.
            KeyDirectoryError: the key of a new algorithm cannot be stored.

        Spec: RFC 6749 §4.4, RFC 7519 §4.1
        """
        now = self._get_issue_time(request, now)
        claims = build_claims(request, self.settings, self.find_profile(request.profile), now)
        if request.defect is not UNSET:
            return self._issue_defective(request, claims, now, base_url)
        try:
            token = sign(claims, self.find_key(request))
        except SigningError as error:
            message = f"claims: cannot be encoded as a token: {error}"
            raise TokenRequestError(message, "claims") from error
        return TokenResponse(
            access_token=token,
            token_type="Bearer",  # noqa: S106  # a type, not a secret
            expires_in=_compute_expires_in(claims.get("exp"), now),
            scope=request.scope,
        )

    def find_profile(self, name: Any = UNSET) -> Profile:
        """Return the profile with this name, by default that of the settings.

        Raises:
            TokenRequestError: no profile has this name; the message lists the known ones.
        """
        profiles = self.profiles
        name = self.settings.profile if name is UNSET else name
        if name not in profiles:
            problem = describe_unknown_name("profile", name, profiles)
            message = f"profile: {problem}; known profiles: {', '.join(profiles)}"
            raise TokenRequestError(message, "profile")
        return profiles[name]

    def find_key(self, request: TokenRequest) -> SigningKey:
        """Return the signing key that *request* selects by `kid`, `alg` or its profile.

        Raises:
            TokenRequestError: no key has this `kid`, or it is for another algorithm.
            KeyDirectoryError: the key of a new algorithm cannot be stored.
            UnavailableAlgorithmError: keys are derived from a seed, but not for its algorithm.
        """
        algorithm = _parse_algorithm(request)
        if request.kid is UNSET:
            profile = self.find_profile(request.profile)
            return self.keys.ensure_key(algorithm or Algorithm(profile.alg))
        key = self.keys.view.keys.get(request.kid)
        if key is None:
            known = self.keys.view.keys
            problem = describe_unknown_name("key", request.kid, known)
            message = f"kid: {problem}; known keys: {', '.join(known)}"
            raise TokenRequestError(message, "kid")
        if algorithm not in {None, key.algorithm}:
            message = f"kid and alg contradict each other: {key.kid} signs {key.algorithm}"
            raise TokenRequestError(message, "kid", "alg")
        return key

    def collect_ingredients(
        self,
        claims: Mapping[str, Any],
        key: SigningKey,
        now: datetime,
        base_url: str | None = None,
    ) -> "TokenIngredients":
        """Return the ingredients of a defective token.

        Args:
            claims: The claims set of the good token.
            key: The signing key of the good token.
            now: The time of issue.
            base_url: The base URL of the request, unless the settings name that of the verifier;
                by default, the URL of the issuer.
        """
        from token_issuer.tokens.defects.ingredients import TokenIngredients  # noqa: PLC0415

        settings = self.settings
        return TokenIngredients(
            claims=claims,
            key=key,
            now=int(now.timestamp()),
            jwks=self.keys.view.jwks.body,
            attacker=self.attacker,
            base_url=settings.verifier_url or settings.public_url or base_url or self.url or None,
        )

    def _issue_defective(
        self,
        request: TokenRequest,
        claims: Mapping[str, Any],
        now: datetime,
        base_url: str | None,
    ) -> TokenResponse:
        """Issue the token that *request* describes, with the defect that it names.

        *claims* is the claims set of the good token.
        """
        # Imported only here: the catalogue is slow to import, and most issuers do not need it.
        from token_issuer.tokens.defects.catalogue import find_entry  # noqa: PLC0415
        from token_issuer.tokens.defects.minting import mint_defective  # noqa: PLC0415

        if not self.settings.is_alone:
            message = (
                "defect: not available if several processes serve the issuer, which do not share "
                "the attacker's keys; unset TOKEN_ISSUER_WORKERS and TOKEN_ISSUER_REPLICAS"
            )
            raise TokenRequestError(message, "defect")
        try:
            entry = find_entry(str(request.defect))
        except InvalidInputError as error:
            raise TokenRequestError(str(error), *error.fields) from error
        key = self.find_key(_set_algorithm(request, entry.defect))
        minted = mint_defective(entry, self.collect_ingredients(claims, key, now, base_url))
        return TokenResponse(
            access_token=minted.token,
            token_type="Bearer",  # noqa: S106  # a type, not a secret
            scope=request.scope,
            authorization=minted.authorization,
        )

    def _get_issue_time(self, request: TokenRequest, default: datetime | None) -> datetime:
        if request.now is UNSET:
            return default or self.clock()
        try:
            return parse_timestamp(request.now)
        except ValueError as error:
            message = f"now: {error}"
            raise TokenRequestError(message, "now") from error


def _parse_algorithm(request: TokenRequest) -> Algorithm | None:
    if request.alg is UNSET:
        return None
    if request.alg not in ALGORITHMS:
        suggestion = suggest_names(request.alg, ALGORITHMS)
        message = (
            f"alg: '{request.alg[:80]}' is not supported{suggestion}; expected one of "
            f"{', '.join(ALGORITHMS)}"
        )
        raise TokenRequestError(message, "alg")
    return Algorithm(request.alg)


def _set_algorithm(request: TokenRequest, defect: "Defect") -> TokenRequest:
    """Return *request* with the algorithm of *defect*, if it is for one algorithm only.

    Raises:
        TokenRequestError: the request names another algorithm.
    """
    if not defect.alg or request.alg == defect.alg:
        return request
    if request.alg is not UNSET:
        message = (
            f"defect and alg contradict each other: {defect.id} is for {defect.alg} tokens only"
        )
        raise TokenRequestError(message, "defect", "alg")
    return structs.replace(request, alg=defect.alg)


def _compute_expires_in(exp: object, now: datetime) -> Any:
    """Return `expires_in`, or UNSET if *exp* is not a NumericDate."""
    if isinstance(exp, bool) or not isinstance(exp, int | float):
        return UNSET
    if exp > LATEST_NUMERIC_DATE:
        return UNSET
    return max(0, math.floor(exp - int(now.timestamp())))  # from the same second as `iat`
