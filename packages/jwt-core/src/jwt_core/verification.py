"""Token verification: serialization, algorithm, key, signature, then claims."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NewType

from jwt_core.algorithms import Algorithm, get_scheme
from jwt_core.argument_checks import (
    check_algorithms,
    check_duration,
    check_function,
    check_members,
    check_text,
    check_type,
)
from jwt_core.claims import validate_claims
from jwt_core.compact import parse_compact, parse_json_part
from jwt_core.errors import (
    AlgorithmNotAllowedError,
    InvalidSignatureError,
    MalformedTokenError,
)
from jwt_core.jwks import KeySet

VerifiedClaims = NewType("VerifiedClaims", Mapping[str, object])
"""Claims that `verify` returned. A type checker rejects unverified claims in their place."""

_ACCEPTED_TYPES: Final = frozenset({"jwt", "at+jwt"})


def _read_system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class VerificationPolicy:
    """Requirements that a token must meet.

    Attributes:
        issuer: The only accepted `iss`.
        audience: The accepted `aud`. With several, the token's `aud` must contain at least one.
        algorithms: The accepted algorithms.
        leeway: Tolerated clock difference for `exp`, `nbf` and `iat`; none by default.
        clock: Function that returns the current time with a time zone. It is called once at
            construction to check it.

    Raises:
        TypeError: An argument, or the time that *clock* returns, has the wrong type.
        ValueError: *issuer*, *audience* or *algorithms* is empty, *leeway* is negative, or *clock*
            returns a time without a time zone.

    Example:
        >>> from datetime import timedelta
        >>> from jwt_core import Algorithm, VerificationPolicy
        >>> policy = VerificationPolicy(
        ...     issuer="https://id.example.com",
        ...     audience="orders-api",
        ...     algorithms=frozenset({Algorithm.RS256, Algorithm.ES256}),
        ...     leeway=timedelta(seconds=30),
        ... )
    """

    issuer: str
    audience: str | frozenset[str]
    algorithms: frozenset[Algorithm] = frozenset({Algorithm.RS256})
    leeway: timedelta = timedelta(0)
    clock: Callable[[], datetime] = _read_system_clock

    def __post_init__(self) -> None:
        self._check_types()
        if not self.issuer or not self.audiences or "" in self.audiences:
            message = (
                "issuer and audience must not be empty; write the `iss` and `aud` of your tokens"
            )
            raise ValueError(message)
        if not self.algorithms:
            message = "algorithms must not be empty; allow at least one, such as Algorithm.RS256"
            raise ValueError(message)
        if self.leeway < timedelta(0):
            message = "leeway must not be negative; use timedelta(0) for none"
            raise ValueError(message)
        for algorithm in self.algorithms:
            get_scheme(algorithm)  # imports PyJWT now, so that the first token does not wait for it

    def _check_types(self) -> None:
        check_text("issuer", self.issuer)
        if isinstance(self.audience, set | frozenset | list | tuple):
            remedy = "write audience=frozenset({'...'}) with the names as str"
            check_members("audience", self.audience, frozenset, str, remedy)
        else:
            check_text("audience", self.audience)
        check_algorithms("algorithms", self.algorithms)
        check_duration("leeway", self.leeway)
        remedy = "use a function such as lambda: datetime.now(UTC)"
        check_function("clock", self.clock, remedy)
        now = self.clock()
        check_type("clock()", now, datetime, remedy)
        _to_timestamp(now)

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

    The payload is parsed only after the signature is verified. `exp`, `iss` and `aud` are required;
    other claims may be absent.

    Raises:
        MalformedTokenError: The token is not a JWT in compact serialization, or a header parameter
            is invalid or unsupported.
        AlgorithmNotAllowedError: `alg` is not one of the policy's algorithms.
        UnknownKeyError: No key of the set matches `kid` and `alg`.
        InvalidSignatureError: The signature does not verify.
        TokenExpiredError: The token has expired.
        TokenNotYetValidError: The token is not yet valid.
        MissingClaimError: A required claim is absent.
        InvalidClaimError: A claim has the wrong type or value.

    Example:
        >>> import time
        >>> from jwt_core import Algorithm, KeySet, VerificationPolicy, generate_key, sign, verify
        >>> key = generate_key(Algorithm.ES256)
        >>> issuer, audience = "https://id.example.com", "orders-api"
        >>> exp = int(time.time()) + 300
        >>> token = sign({"iss": issuer, "aud": audience, "sub": "alice", "exp": exp}, key)
        >>> policy = VerificationPolicy(
        ...     issuer=issuer, audience=audience, algorithms=frozenset({Algorithm.ES256})
        ... )
        >>> verify(token, KeySet((key.verification_key,)), policy).claims["sub"]
        'alice'

    Spec: RFC 7515 §5.2, RFC 7519 §7.2, RFC 8725 §3
    """
    token = parse_compact(unverified_token)
    algorithm = _check_header(token.header, policy.algorithms)
    candidates = keys.select(token.header.get("kid"), algorithm)
    for key in candidates:
        scheme = get_scheme(key.algorithm)
        if scheme.verify(token.signing_input, key.public_key, token.signature):
            break
    else:
        message = "the signature does not verify; the token was changed or signed with another key"
        raise InvalidSignatureError(message)
    claims = parse_json_part(token.payload, "payload")
    validate_claims(
        claims,
        issuer=policy.issuer,
        audiences=policy.audiences,
        now=_to_timestamp(policy.clock()),
        leeway=policy.leeway.total_seconds(),
    )
    return VerifiedToken(token.header, VerifiedClaims(claims))


def _check_header(header: Mapping[str, object], allowed: frozenset[Algorithm]) -> Algorithm:
    # RFC 7515 §4.1.11: an unsupported critical extension must be rejected, and none is supported.
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
    message = f"the token's 'alg' is not allowed; expected {', '.join(sorted(allowed))}"
    raise AlgorithmNotAllowedError(message)


def _check_type(media_type: str) -> None:
    # RFC 9068 §2.1: the type of an access token is at+jwt.
    if _drop_prefix(media_type) not in _ACCEPTED_TYPES:
        message = "the token's 'typ' must be JWT or at+jwt; other types have another purpose"
        raise MalformedTokenError(message)


def _check_content_type(media_type: str) -> None:
    # RFC 7519 §7.2 step 8: the payload of such a token is another token, with its own claims.
    if _drop_prefix(media_type) == "jwt":
        message = "the token's 'cty' announces a nested token, which is not supported"
        raise MalformedTokenError(message)


def _drop_prefix(media_type: str) -> str:
    # RFC 7515 §4.1.9, §4.1.10: the prefix is optional; media types are case-insensitive.
    return media_type.lower().removeprefix("application/")


def _to_timestamp(now: datetime) -> float:
    if now.tzinfo is None:
        message = "clock: expected a time with a time zone, got a naive one; use datetime.now(UTC)"
        raise ValueError(message)
    return now.timestamp()
