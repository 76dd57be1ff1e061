"""Public keys in canonical form: the required members of a JWK, and its RFC 7638 thumbprint.

Keys are only compared, never used, so parsing accepts whatever a lenient client accepts.
"""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final, TypeAlias

    CanonicalKey: TypeAlias = dict[str, str]
    """The required members of a JWK (RFC 7638 §3.2), in the order of their names."""

_COORDINATE_SIZES: Final = {"P-256": 32, "P-384": 48, "P-521": 66}
_MAX_MEMBER_CHARS: Final = 8192
"""An RSA modulus of 32,768 bits has 5462 characters."""
_MEMBERS: Final = frozenset({"n", "e", "x", "y"})
_NAMES: Final = _MEMBERS | {"crv", "kid", "kty", "iss", "issuer", "jku", "x5u", "jwks_uri"}
_HEX_DIGITS: Final = "0123456789abcdefABCDEF"
_MIN_OTHER_BYTES: Final = 16
_TO_STANDARD_ALPHABET: Final = bytes.maketrans(b"-_", b"+/")
_NOT_OF_THE_ALPHABET: Final = b"= \t\r\n"


def build_rsa_key(modulus: bytes, exponent: bytes) -> CanonicalKey:
    """Build an RSA key from big-endian numbers, with or without leading zero bytes."""
    return {
        "e": _encode(exponent.lstrip(b"\0")),
        "kty": "RSA",
        "n": _encode(modulus.lstrip(b"\0")),
    }


def build_ec_key(curve: str, x: bytes, y: bytes) -> CanonicalKey | None:
    """Build an EC key with coordinates padded to the curve's size (RFC 7518 §6.2.1.2).

    Returns:
        None if the curve is not P-256, P-384 or P-521.
    """
    size = _COORDINATE_SIZES.get(curve)
    if size is None:
        return None
    x, y = (number.lstrip(b"\0").rjust(size, b"\0") for number in (x, y))
    return {"crv": curve, "kty": "EC", "x": _encode(x), "y": _encode(y)}


def build_okp_key(curve: str, x: bytes) -> CanonicalKey:
    """Build an octet key pair (RFC 8037 §2)."""
    return {"crv": curve, "kty": "OKP", "x": _encode(x)}


def read_jwk(jwk: Mapping[object, object]) -> CanonicalKey | None:
    """Read the public key of a JWK. The key type is inferred from the members, not from `kty`.

    Returns:
        None if the JWK contains no RSA, EC or OKP key.
    """
    n, e, x, y = (_read_member(jwk, name) for name in ("n", "e", "x", "y"))
    curve = jwk.get("crv")
    if n and e:
        return build_rsa_key(n, e)
    if x and isinstance(curve, str):
        if y:
            return build_ec_key(curve, x, y)
        return build_okp_key(curve, x) if curve.isascii() and curve.isalnum() else None
    return None


def is_other_key(jwk: Mapping[object, object]) -> bool:
    """Return whether *jwk* is a public key of another type or curve, such as ML-DSA or P-256K."""
    return isinstance(jwk.get("kty"), str) and any(
        len(_read_member(jwk, name)) >= _MIN_OTHER_BYTES for name in ("x", "n", "pub")
    )


def is_read(name: object, value: object) -> bool:
    """Return whether `read_jwk` reads all of the member *name*. Hex digits may be another form."""
    return (
        name in _MEMBERS
        and isinstance(value, str)
        and bool(value.strip(f"{_HEX_DIGITS}xX"))
        and "\\" not in value
    )


def fold_names(jwk: Mapping[object, object]) -> dict[object, object] | None:
    """Return *jwk* with lower-case names, as Go reads it; None if these are the names it has."""
    folded: dict[object, object] = {}
    for name, value in jwk.items():
        is_variant = isinstance(name, str) and name not in _NAMES and name.casefold() in _NAMES
        folded[str(name).casefold() if is_variant else name] = value
    return folded if folded.keys() != jwk.keys() else None


def compute_thumbprint(key: CanonicalKey) -> str:
    """Compute the SHA-256 thumbprint in base64url without padding.

    Spec: RFC 7638 §3
    """
    from hashlib import sha256  # noqa: PLC0415  # imported only if there is a key; takes milliseconds

    # No value needs JSON escaping: each is base64url or the name of a curve.
    members = ",".join(f'"{name}":"{value}"' for name, value in key.items())
    return _encode(sha256(f"{{{members}}}".encode()).digest())


def decode_base64(text: bytes) -> bytes:
    """Decode base64 or base64url, with or without padding and blanks; return b"" on errors."""
    stripped = text.translate(_TO_STANDARD_ALPHABET, _NOT_OF_THE_ALPHABET)
    if len(stripped) % 4 == 1:
        stripped = stripped[:-1]  # the rest may still be a whole key
    try:
        return a2b_base64(stripped + b"=" * (-len(stripped) % 4), strict_mode=True)
    except Error:
        return b""


def _read_member(jwk: Mapping[object, object], name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str) or not value.isascii() or len(value) > _MAX_MEMBER_CHARS:
        return b""
    return decode_base64(value.encode())


def _encode(data: bytes) -> str:
    encoded = b2a_base64(data, newline=False).rstrip(b"=")
    return encoded.translate(bytes.maketrans(b"+/", b"-_")).decode()
