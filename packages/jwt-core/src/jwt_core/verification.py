"""Verification of a token: form, algorithm, key, signature, claims, in that order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NewType

from jwt_core.algorithms import Algorithm, get_scheme
from jwt_core.claims import validate_claims
from jwt_core.compact import parse_compact, parse_json_part
from jwt_core.errors import (
    AlgorithmNotAllowedError,
    InvalidSignatureError,
    MalformedTokenError,
)
from jwt_core.jwks import KeySet

VerifiedClaims = NewType("VerifiedClaims", Mapping[str, object])
"""Claims that came out of `verify`; unverified ones cannot be passed where these are asked for."""

_TYPES: Final = frozenset({"jwt", "at+jwt"})


def _read_system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class VerificationPolicy:
    """What a token must satisfy.

    Attributes:
        issuer: The only accepted `iss`.
        audience: `aud` must name this, or one of these.
        algorithms: The closed list of accepted algorithms.
        leeway: Tolerated clock skew, for `exp`, `nbf` and `iat`.
        clock: Returns the current time, with a time zone.

    Raises:
        ValueError: empty issuer, audience or algorithms, or a negative leeway.
    """

    issuer: str
    audience: str | frozenset[str]
    algorithms: frozenset[Algorithm] = frozenset({Algorithm.RS256})
    leeway: timedelta = timedelta(0)
    clock: Callable[[], datetime] = _read_system_clock

    def __post_init__(self) -> None:
        if not self.issuer or not self.audiences or "" in self.audiences:
            message = "issuer and audience must not be empty; an unbound token fits anywhere"
            raise ValueError(message)
        if not self.algorithms <= frozenset(Algorithm) or not self.algorithms:
            message = f"algorithms must be some of {', '.join(Algorithm)}"
            raise ValueError(message)
        if self.leeway < timedelta(0):
            message = "leeway must not be negative"
            raise ValueError(message)
        for algorithm in self.algorithms:
            get_scheme(algorithm)  # loads it, which the first token should not have to wait for

    @property
    def audiences(self) -> frozenset[str]:
        """The accepted audiences as a set."""
        if isinstance(self.audience, str):
            return frozenset({self.audience})
        return self.audience


@dataclass(frozen=True)
class VerifiedToken:
    """A token whose signature and claims have been checked.

    Attributes:
        header: The JOSE header.
        claims: The claims set.
    """

    header: Mapping[str, object]
    claims: VerifiedClaims


def verify(unverified_token: str, keys: KeySet, policy: VerificationPolicy) -> VerifiedToken:
    """Verify a token against a key set and a policy.

    The payload is not even parsed before the signature holds.

    Raises:
        MalformedTokenError: not a JWT in compact form, or a header parameter is not acceptable.
        AlgorithmNotAllowedError: `alg` is not on the policy's list.
        UnknownKeyError: the set has no key for `kid` and `alg`.
        InvalidSignatureError: the signature does not hold.
        TokenExpiredError: the token is no longer valid.
        TokenNotYetValidError: the token is not valid yet.
        MissingClaimError: a required claim is absent.
        InvalidClaimError: a claim has the wrong type or value.

    Spec: RFC 7515 §5.2, RFC 7519 §7.2, RFC 8725 §3
    """
    token = parse_compact(unverified_token)
    algorithm = _check_header(token.header, policy.algorithms)
    key = keys.select(token.header.get("kid"), algorithm)
    if not get_scheme(key.algorithm).verify(token.signing_input, key.public_key, token.signature):
        message = "the signature was not made by the issuer's key over this token"
        raise InvalidSignatureError(message)
    claims = parse_json_part(token.payload, "payload")
    validate_claims(
        claims,
        issuer=policy.issuer,
        audiences=policy.audiences,
        now=_read_clock(policy),
        leeway=policy.leeway.total_seconds(),
    )
    return VerifiedToken(token.header, VerifiedClaims(claims))


def _check_header(header: Mapping[str, object], allowed: frozenset[Algorithm]) -> Algorithm:
    # RFC 7515 §4.1.11: a critical extension that is not understood must be refused, and none is.
    for name in ("crit", "b64"):
        if name in header:
            message = f"the token's header uses {name!r}, which is not supported"
            raise MalformedTokenError(message)
    for name in ("alg", "kid", "typ", "cty"):
        if not isinstance(header.get(name, "" if name != "alg" else None), str):
            message = f"the token's header parameter {name!r} must be a string"
            raise MalformedTokenError(message)
    _check_type(str(header.get("typ", "JWT")))
    _check_content_type(str(header.get("cty", "")))
    for algorithm in allowed:
        if header["alg"] == algorithm.value:
            return algorithm
    message = f"the token's algorithm is not allowed here; expected {', '.join(sorted(allowed))}"
    raise AlgorithmNotAllowedError(message)


def _check_type(media_type: str) -> None:
    # RFC 9068 §2.1: access tokens say at+jwt.
    if _drop_prefix(media_type) not in _TYPES:
        message = "the token's 'typ' must be JWT or at+jwt; it was made for another purpose"
        raise MalformedTokenError(message)


def _check_content_type(media_type: str) -> None:
    # RFC 7519 §7.2 step 8: the payload is then another token, whose claims are the ones that count.
    if _drop_prefix(media_type) == "jwt":
        message = "the token's 'cty' says that it holds another token, which is not supported"
        raise MalformedTokenError(message)


def _drop_prefix(media_type: str) -> str:
    # RFC 7515 §4.1.9, §4.1.10: the prefix may be left out; media types have no case.
    return media_type.lower().removeprefix("application/")


def _read_clock(policy: VerificationPolicy) -> float:
    now = policy.clock()
    if now.tzinfo is None:
        message = "the policy's clock must return a time with a time zone, such as UTC"
        raise ValueError(message)
    return now.timestamp()
