# DEV-ONLY: never ship to production.
"""Faults of the key endpoint that a target must tolerate, and tokens that it must not accept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt_core import Algorithm, SigningKey, base64url, sign

from token_issuer.keys.throwaway_keys import ENCRYPTION_KID, EXPOSED_KID
from token_issuer.probe.key_endpoint.context import ProbeContext, read_kid
from token_issuer.probe.key_endpoint.weaknesses import (
    ACCEPTS_ENCRYPTION_KEYS,
    ACCEPTS_EXPOSED_KEYS,
    ACCEPTS_WEAK_KEYS,
    LEAVES_ITS_HOST,
    Weakness,
)

DRIP_INTERVAL_S: Final = 0.1
_ID_PREFIX: Final = "keys-fault-"

_MakeToken = Callable[[ProbeContext], Sequence[str]]
"""Makes a token, and returns the values of `Authorization`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UntrustedToken:
    """A token of a key that a verifier must not trust or does not need to trust.

    Attributes:
        make: Makes the token; called before the fault is set.
        weakness: The weakness if the token is accepted; None if the specifications allow that.
    """

    make: _MakeToken
    weakness: Weakness | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultCase:
    """A fault of the key endpoint, and how a target may respond to it.

    A target that cannot read a fetched document keeps the last valid set, or rejects tokens with
    4xx or 503 until the fault has ended. Both are allowed here; the check `keys-outage`
    distinguishes them.

    Attributes:
        name: Id of the check without its prefix.
        title: The fault in a few words.
        fault: The fault as an entry of `PUT /admin/faults`.
        is_endless: Whether sending the document takes longer than the timeout of any verifier.
        is_usable: Whether the document is valid except for entries that verifiers ignore, so
            that a new key in it must be accepted.
        untrusted_tokens: Tokens that must not be accepted during the fault.
    """

    name: str
    title: str
    fault: Mapping[str, Any]
    is_endless: bool = False
    is_usable: bool = False
    untrusted_tokens: tuple[UntrustedToken, ...] = ()

    @property
    def id(self) -> str:
        """The id of the check."""
        return f"{_ID_PREFIX}{self.name}"


def _mint_defect(defect: str) -> _MakeToken:
    """Return a function that mints a token with this defect of the catalogue."""
    return lambda context: context.issuer.mint(defect=defect).authorization


def _sign_with_extra_key(kid: str = "") -> _MakeToken:
    """Return a function that signs the claims of a good token with the extra key of the faults.

    All faults of an issuer publish the same extra key, and `private-members` publishes its
    private part, so that the probe can sign with it.

    Args:
        kid: The kid under which the fault publishes the key; empty for the kid of the good key.
    """

    def make(context: ProbeContext) -> Sequence[str]:
        context.set_faults({"kind": "private-members"})
        jwk = next(key for key in context.fetch_jwks()["keys"] if key["kid"] == EXPOSED_KID)
        name = kid or str(read_kid(context.known_token))
        key = SigningKey(_decode_private_key(jwk), Algorithm.RS256, name)
        return (f"Bearer {sign(context.issuer.mint().claims, key)}",)

    return make


def _decode_private_key(jwk: Mapping[str, str]) -> rsa.RSAPrivateKey:
    """Decode a private RSA key (RFC 7518 §6.3.2), which jwt_core rejects."""
    e, n, d, p, q, dp, dq, qi = (
        int.from_bytes(base64url.decode(jwk[name]))
        for name in ("e", "n", "d", "p", "q", "dp", "dq", "qi")
    )
    public = rsa.RSAPublicNumbers(e, n)
    return rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, public).private_key()


_ATTACKER_KEY: Final = UntrustedToken(
    make=_mint_defect("signature-wrong-key"), weakness=LEAVES_ITS_HOST
)
_WEAK_KEY: Final = UntrustedToken(make=_mint_defect("key-weak"), weakness=ACCEPTS_WEAK_KEYS)
_ENCRYPTION_KEY: Final = UntrustedToken(
    make=_sign_with_extra_key(ENCRYPTION_KID), weakness=ACCEPTS_ENCRYPTION_KEYS
)
_EXPOSED_KEY: Final = UntrustedToken(
    make=_sign_with_extra_key(EXPOSED_KID), weakness=ACCEPTS_EXPOSED_KEYS
)
# The issuer published both keys with the same kid; no specification says which one is valid.
_SAME_KID: Final = UntrustedToken(make=_sign_with_extra_key(), weakness=None)

# The most informative cases come first, since the last ones are skipped when time is short.
FAULT_CASES: Final = (
    FaultCase(
        name="redirect-other-host",
        title="a redirect to another host",
        fault={"kind": "redirect", "to": "other-host"},
        untrusted_tokens=(_ATTACKER_KEY,),
    ),
    FaultCase(name="malformed", title="a document that is not JSON", fault={"kind": "malformed"}),
    FaultCase(name="truncated", title="a document that is cut short", fault={"kind": "truncated"}),
    FaultCase(
        name="weak-key",
        title="an RSA key of 1024 bits beside valid ones",
        fault={"kind": "weak-key"},
        untrusted_tokens=(_WEAK_KEY,),
    ),
    FaultCase(
        name="enc-keys",
        title="encryption keys beside signing keys",
        fault={"kind": "enc-keys"},
        is_usable=True,
        untrusted_tokens=(_ENCRYPTION_KEY,),
    ),
    FaultCase(
        name="unknown-kty",
        title="a key of an unknown type beside valid ones",
        fault={"kind": "unknown-kty"},
        is_usable=True,
    ),
    FaultCase(
        name="duplicate-kid",
        title="two keys with the same kid",
        fault={"kind": "duplicate-kid"},
        untrusted_tokens=(_SAME_KID,),
    ),
    FaultCase(name="empty", title="a key set without keys", fault={"kind": "empty"}),
    FaultCase(name="huge", title="a document of 10 MB", fault={"kind": "huge"}),
    FaultCase(name="many", title="a key set of 1,000 keys", fault={"kind": "many"}),
    FaultCase(
        name="private-members",
        title="a key with private members",
        fault={"kind": "private-members"},
        untrusted_tokens=(_EXPOSED_KEY,),
    ),
    FaultCase(name="content-type", title="a wrong content type", fault={"kind": "content-type"}),
    FaultCase(
        name="redirect-same-host",
        title="a redirect on the same host",
        fault={"kind": "redirect", "to": "same-host"},
    ),
    FaultCase(
        name="redirect-loop",
        title="a redirect loop",
        fault={"kind": "redirect", "to": "loop"},
    ),
    FaultCase(
        name="drip",
        title="a document so slowly that a fetch must time out",
        fault={"kind": "drip", "interval": DRIP_INTERVAL_S},
        is_endless=True,
    ),
    FaultCase(
        name="delay",
        title="a response with a delay of 1 s",
        fault={"kind": "delay", "delay": "1s"},
    ),
)
