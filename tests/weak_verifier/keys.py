"""Keys, and correct and known wrong ways of verifying signatures."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
_COORDINATE_BYTES: Final = 32


@dataclass(frozen=True)
class Key:
    """A public key.

    Attributes:
        public_key: The key itself.
        alg: The algorithm of the key.
        texts: The JSON texts that publish it.
    """

    public_key: PublicKey
    alg: str
    texts: tuple[bytes, ...] = ()

    @property
    def rsa_bits(self) -> float:
        """Its size in bits if it is an RSA key; otherwise a very large number."""
        return self.public_key.key_size if isinstance(self.public_key, rsa.RSAPublicKey) else 1e9

    def verifies(
        self, alg: str, signing_input: bytes, signature: bytes, without: frozenset[str]
    ) -> bool:
        """Return whether *signature* is valid for *alg* and *signing_input*.

        The check `algorithms` decides whether *alg* is allowed.
        """
        if alg.lower() == "none":
            return True
        if alg == "HS256":
            return any(
                hmac.compare_digest(hmac.digest(secret, signing_input, "sha256"), signature)
                for secret in self._list_secrets()
            )
        if alg == "ES256" and "ecdsa-range" in without and not any(signature):
            return True  # 0 = 0 x something (CVE-2022-21449)
        try:
            _verify(self.public_key, alg, signing_input, signature)
        except (InvalidSignature, ValueError):
            return False
        return True

    def _list_secrets(self) -> Iterator[bytes]:
        """Yield each encoding of the public key that verifiers have used as an HMAC secret."""
        encode = self.public_key.public_bytes
        pem = encode(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        yield from (b"", pem, pem.strip(), *self.texts)
        yield encode(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if isinstance(self.public_key, rsa.RSAPublicKey):
            yield encode(Encoding.PEM, PublicFormat.PKCS1)


def read_key(jwk: Mapping[str, Any], jwks_text: bytes = b"") -> Key:
    """Read a JWK, and keep its text and that of its set."""
    text = json.dumps(dict(jwk), separators=(",", ":")).encode()
    return Key(_read_public_key(jwk), jwk["alg"], (text, jwks_text))


def read_embedded_keys(
    header: Mapping[str, Any], fetch: Callable[[str], bytes] | None
) -> list[Key]:
    """Return the keys that a token embeds or refers to."""
    if "jwk" in header:
        return [read_key(header["jwk"])]
    if "x5c" in header:
        certificate = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
        return [_read_certificate(certificate)]
    assert fetch, "the token refers to a key, but `fetch` is not given"
    if "x5u" in header:
        return [_read_certificate(x509.load_pem_x509_certificate(fetch(header["x5u"])))]
    keys = json.loads(fetch(header["jku"]))["keys"]
    return [read_key(jwk) for jwk in keys if jwk["kid"] == header.get("kid")]


def _read_certificate(certificate: x509.Certificate) -> Key:
    public_key = certificate.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    return Key(public_key, "RS256")


def _read_public_key(jwk: Mapping[str, Any]) -> PublicKey:
    if jwk["kty"] == "RSA":
        return rsa.RSAPublicNumbers(_read_int(jwk["e"]), _read_int(jwk["n"])).public_key()
    if jwk["kty"] == "EC":
        x, y = _read_int(jwk["x"]), _read_int(jwk["y"])
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    return ed25519.Ed25519PublicKey.from_public_bytes(_decode(jwk["x"]))


def _verify(key: PublicKey, alg: str, signing_input: bytes, signature: bytes) -> None:
    match key, alg:
        case rsa.RSAPublicKey(), "RS256":
            key.verify(signature, signing_input, padding.PKCS1v15(), SHA256())
        case rsa.RSAPublicKey(), "RS512":
            key.verify(signature, signing_input, padding.PKCS1v15(), SHA512())
        case rsa.RSAPublicKey(), "PS256":
            pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
            key.verify(signature, signing_input, pss, SHA256())
        case ec.EllipticCurvePublicKey(), "ES256" if len(signature) == 2 * _COORDINATE_BYTES:
            r, s = signature[:_COORDINATE_BYTES], signature[_COORDINATE_BYTES:]
            der = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
            key.verify(der, signing_input, ec.ECDSA(SHA256()))
        case ed25519.Ed25519PublicKey(), "EdDSA":
            key.verify(signature, signing_input)
        case _:
            raise InvalidSignature


def _read_int(text: str) -> int:
    return int.from_bytes(_decode(text))


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
