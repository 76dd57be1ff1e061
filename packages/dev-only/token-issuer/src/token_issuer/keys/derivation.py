# DEV-ONLY: never ship to production.
"""Derivation of private keys from a seed, version 1.

Each key is a pure function of the seed, the name of its issuer, its algorithm and the number of its
epoch, so it is the same in each process and on each machine. The page `docs/reference/key-seed.md`
describes the steps for other languages, and fixed vectors in the tests pin them: a change of any
step needs a new version.

Spec: RFC 5869 (HKDF), FIPS 186-5 §A.2.1 (numbers of a range by reduction of a longer number), RFC
9380 §5 (128 bits longer), RFC 8032 §5.1.5 (an Ed25519 private key is 32 bytes)
"""

from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from token_issuer.keys.watermark import search_marked_private_key

if TYPE_CHECKING:
    from jwt_core import PrivateKey

_SALT: Final = b"token-issuer dev-only keys, derivation 1"
_STREAM_BYTES: Final = 512  # an RSA key consumes 392
_EXCESS_BITS: Final = 128
_ED25519_KEY_BYTES: Final = 32
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def derive_private_key(seed: str, issuer: str, algorithm: str, epoch: int) -> "PrivateKey":
    """Return the private key of *issuer* for *algorithm* in an epoch.

    Args:
        seed: The seed; its UTF-8 bytes are used as they are.
        issuer: The name of the issuer; empty for the main one.
        algorithm: The algorithm of its signatures, such as `RS256`.
        epoch: The number of the epoch, from 0.
    """
    attempt = 0
    while (key := _build_key(seed, f"{issuer}/{algorithm}/{epoch}/{attempt}", algorithm)) is None:
        attempt += 1
    return key


class _Stream:
    """The output of HKDF for one attempt, consumed from its start."""

    def __init__(self, seed: str, info: str) -> None:
        hkdf = HKDF(SHA256(), length=_STREAM_BYTES, salt=_SALT, info=info.encode("ascii"))
        self._left = hkdf.derive(seed.encode())

    def read(self, length: int) -> bytes:
        """Return the next *length* bytes."""
        taken, self._left = self._left[:length], self._left[length:]
        return taken

    def draw(self, limit: int) -> int:
        """Return a number from zero up to, but not including, *limit*.

        It is a number with 128 bits more than the limit, reduced modulo the limit, so its bias is
        negligible.
        """
        bits = (limit - 1).bit_length() + _EXCESS_BITS
        return int.from_bytes(self.read((bits + 7) // 8), "big") % limit


def _build_key(seed: str, info: str, algorithm: str) -> "PrivateKey | None":
    stream = _Stream(seed, info)
    match algorithm:
        case "RS256" | "PS256":
            return search_marked_private_key(stream.draw)
        case "ES256":
            return ec.derive_private_key(stream.draw(_P256_ORDER - 1) + 1, ec.SECP256R1())
        case _:
            return ed25519.Ed25519PrivateKey.from_private_bytes(stream.read(_ED25519_KEY_BYTES))
