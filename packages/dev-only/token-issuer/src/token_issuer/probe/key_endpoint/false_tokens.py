# DEV-ONLY: never ship to production.
"""Tokens that only a careless reading of a faulty key document lets count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt_core import Algorithm, SigningKey, base64url, sign

from token_issuer.keys.throwaway_keys import EXPOSED_KID
from token_issuer.probe.key_endpoint.context import ProbeContext
from token_issuer.probe.key_endpoint.unknown import read_kid
from token_issuer.probe.key_endpoint.weakness import Weakness

Make = Callable[[ProbeContext], Sequence[str]]
"""Makes a token, and returns the values of `Authorization`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FalseToken:
    """A token that must not count, or need not.

    Attributes:
        make: Makes it; called before the fault is set.
        weakness: What it comes to when it counts; None where the specifications leave it open.
    """

    make: Make
    weakness: Weakness | None


def mint_defect(defect: str) -> Make:
    """Return what mints a token with this defect of the catalogue."""
    return lambda bench: bench.issuer.mint(defect=defect).authorization


def sign_with_extra_key(kid: str = "") -> Make:
    """Return what signs the claims of a good token with the key that faults publish beside it.

    The issuer has one such key for all its faults, and `private-members` shows the whole of it: to
    this prober as to anybody.

    Args:
        kid: The name under which the fault publishes it; empty: that of the good key.
    """

    def make(bench: ProbeContext) -> Sequence[str]:
        bench.set_faults({"kind": "private-members"})
        exposed = next(key for key in bench.fetch_jwks()["keys"] if key["kid"] == EXPOSED_KID)
        key = SigningKey(_decode_key(exposed), Algorithm.RS256, kid or str(read_kid(bench.known)))
        return (f"Bearer {sign(bench.issuer.mint().claims, key)}",)

    return make


def _decode_key(jwk: Mapping[str, str]) -> rsa.RSAPrivateKey:
    """Decode a private RSA key (RFC 7518 §6.3.2), which jwt_core refuses to do."""
    e, n, d, p, q, dp, dq, qi = (
        int.from_bytes(base64url.decode(jwk[name]))
        for name in ("e", "n", "d", "p", "q", "dp", "dq", "qi")
    )
    public = rsa.RSAPublicNumbers(e, n)
    return rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, public).private_key()
