"""Public keys as JSON Web Keys.

Spec: RFC 7517 §4, RFC 7518 §6, RFC 8037 §2, RFC 9864 §2.2
"""

from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from jwt_core import base64url
from jwt_core.algorithms import Algorithm
from jwt_core.errors import KeyFormatError
from jwt_core.keys import PublicKey, VerificationKey, get_default_algorithm
from jwt_core.thumbprint import P256_COORDINATE_BYTES, encode_required_members

PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
"""Members with secret values, for every `kty`; a public document contains none of them."""

_ED25519_BYTES: Final = 32


def encode_jwk(key: VerificationKey) -> dict[str, str]:
    """Encode a public key as a JWK with `use`, `alg` and, if the key has one, `kid`.

    Example:
        >>> from jwt_core import Algorithm, encode_jwk, generate_key
        >>> key = generate_key(Algorithm.ES256, kid="key-1")
        >>> sorted(encode_jwk(key.verification_key))
        ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']

    Spec: RFC 7517 §4
    """
    kid = {} if key.kid is None else {"kid": key.kid}
    return {
        **encode_required_members(key.public_key),
        **kid,
        "use": "sig",
        "alg": key.algorithm.value,
    }


def decode_jwk(document: Mapping[str, object]) -> VerificationKey:
    """Decode a public JWK that verifies signatures.

    Without `alg`, an RSA key verifies RS256, a P-256 key ES256 and an Ed25519 key EdDSA. A member
    that is null is absent. `x5c` and the other certificate members are ignored. Leading zero bytes
    of numbers, which RFC 7518 does not allow, are accepted.

    Raises:
        KeyFormatError: The key is private, symmetric or too weak, has another purpose or an
            unsupported algorithm, or a member is invalid or missing.

    Example:
        >>> from jwt_core import decode_jwk
        >>> key = decode_jwk({
        ...     "kty": "OKP",
        ...     "crv": "Ed25519",
        ...     "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        ... })
        >>> key.algorithm
        <Algorithm.EDDSA: 'EdDSA'>
    """
    _check_is_object(document)
    members = _drop_nulls(document)
    _check_is_public(members)
    _check_purpose(members)
    public_key = _decode_public_key(members)
    return VerificationKey(public_key, _decode_algorithm(members, public_key), _decode_kid(members))


def has_private_members(document: object) -> bool:
    """Return whether a JWK contains a secret; a member that is null is absent."""
    if not isinstance(document, Mapping):
        return False
    return document.get("kty") == "oct" or not PRIVATE_MEMBERS.isdisjoint(_drop_nulls(document))


def _check_is_object(document: object) -> None:
    if not isinstance(document, Mapping):
        message = "not a JWK: expected a JSON object"
        raise KeyFormatError(message)


def _drop_nulls(document: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if value is not None}


def _check_is_public(document: Mapping[str, object]) -> None:
    if has_private_members(document):
        message = (
            "the JWK contains private or symmetric key material; "
            "use the public key only, and replace the exposed one"
        )
        raise KeyFormatError(message)


def _check_purpose(document: Mapping[str, object]) -> None:
    if document.get("use", "sig") != "sig":
        message = "the JWK is not for signatures: 'use' must be 'sig', null or absent"
        raise KeyFormatError(message)
    operations = document.get("key_ops", ["verify"])
    if not isinstance(operations, list) or operations.count("verify") != 1:
        message = (
            "the JWK is not for verifying: "
            "'key_ops' must be a list that contains 'verify' once, null or absent"
        )
        raise KeyFormatError(message)


def _decode_algorithm(document: Mapping[str, object], public_key: PublicKey) -> Algorithm:
    name = document.get("alg", get_default_algorithm(public_key))
    for algorithm in Algorithm:
        if algorithm.value == name:
            return algorithm
    message = (
        f"the JWK has an unsupported 'alg'; expected one of {', '.join(Algorithm)} "
        "(case-sensitive), or no 'alg'"
    )
    raise KeyFormatError(message)


def _decode_kid(document: Mapping[str, object]) -> str | None:
    kid = document.get("kid")
    if kid is None or isinstance(kid, str):
        return kid
    message = "the JWK has a 'kid' that is not a string; write it in quotes"
    raise KeyFormatError(message)


def _decode_public_key(document: Mapping[str, object]) -> PublicKey:
    try:
        match document.get("kty"), document.get("crv"):
            case "RSA", _:
                n, e = _decode_uint(document, "n"), _decode_uint(document, "e")
                return rsa.RSAPublicNumbers(e, n).public_key()
            case "EC", "P-256":
                point = (
                    b"\x04" + _decode_coordinate(document, "x") + _decode_coordinate(document, "y")
                )
                return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            case "OKP", "Ed25519":
                return ed25519.Ed25519PublicKey.from_public_bytes(_decode_ed25519_x(document))
    except (ValueError, UnsupportedAlgorithm) as error:
        message = "the JWK's members do not form a valid public key; export the key again"
        raise KeyFormatError(message) from error
    message = (
        "the JWK has an unsupported 'kty' or 'crv'; "
        "use RSA, EC with P-256 or OKP with Ed25519 (case-sensitive)"
    )
    raise KeyFormatError(message)


def _decode_octets(document: Mapping[str, object], name: str) -> bytes:
    text = document.get(name)
    try:
        data = base64url.decode(text) if isinstance(text, str) else b""
    except ValueError:
        data = b""
    if not data:
        message = f"the JWK's {name!r} must be base64url text without padding"
        if text is None and "x5c" in document:
            message += "; the certificate in 'x5c' is not read, so publish the key's own members"
        raise KeyFormatError(message)
    return data


def _decode_uint(document: Mapping[str, object], name: str) -> int:
    # RFC 7518 §2 allows no leading zero byte, but Java's BigInteger writes one, and so do issuers.
    return int.from_bytes(_decode_octets(document, name))


def _decode_coordinate(document: Mapping[str, object], name: str) -> bytes:
    # RFC 7518 §6.2.1.2 wants 32 bytes, but some issuers drop or add leading zero bytes.
    try:
        return _decode_uint(document, name).to_bytes(P256_COORDINATE_BYTES)
    except OverflowError:
        message = f"the JWK's {name!r} must be a number of {P256_COORDINATE_BYTES} bytes"
        raise KeyFormatError(message) from None


def _decode_ed25519_x(document: Mapping[str, object]) -> bytes:
    data = _decode_octets(document, "x")
    if len(data) != _ED25519_BYTES:
        message = f"the JWK's 'x' must be base64url text of exactly {_ED25519_BYTES} bytes"
        raise KeyFormatError(message)
    return data
