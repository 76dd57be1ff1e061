"""Token signing."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from jwt_core import base64url, strict_json
from jwt_core.algorithms import Algorithm, get_scheme
from jwt_core.compact import join_compact
from jwt_core.errors import SigningError
from jwt_core.keys import SigningKey

_RESERVED_HEADERS: Final = frozenset({"alg", "crit", "b64"})


def sign(
    claims: Mapping[str, object], key: SigningKey, *, headers: Mapping[str, object] | None = None
) -> str:
    """Sign *claims* as a compact JWS.

    Args:
        claims: The JWT claims set, with NumericDate values in seconds since the epoch (UTC).
        key: The signing key; the header contains its `kid` and algorithm.
        headers: More header parameters. They may replace `typ` and `kid`, or omit them with None.
            `alg` is always that of the key; `crit` and `b64` are not supported.

    Returns:
        `header.payload.signature`, each part base64url without padding.

    Raises:
        SigningError: The claims or headers cannot be encoded as JSON, or *headers* contains `alg`,
            `crit` or `b64`.

    Example:
        >>> import time
        >>> from jwt_core import Algorithm, generate_key, sign
        >>> claims = {
        ...     "iss": "https://id.example.com",
        ...     "aud": "orders-api",
        ...     "exp": int(time.time()) + 300,
        ... }
        >>> sign(claims, generate_key(Algorithm.ES256)).count(".")
        2

    Spec: RFC 7515 §3.1, RFC 7519 §3
    """
    try:
        if headers:
            header = _encode_part(_build_header(key.algorithm, key.kid, headers))
        else:
            header = _encode_default_header(key.algorithm, key.kid)
        signing_input = f"{header}.{_encode_part(claims)}".encode("ascii")
    except ValueError as error:
        message = "claims and headers must be JSON with finite numbers and valid Unicode"
        raise SigningError(message) from error
    signature = get_scheme(key.algorithm).sign(signing_input, key.private_key)
    return join_compact(signing_input, signature)


@lru_cache(maxsize=64)
def _encode_default_header(algorithm: Algorithm, kid: str) -> str:
    """Encode a header that contains only `alg`, `typ` and `kid`; cached per algorithm and `kid`."""
    return _encode_part(_build_header(algorithm, kid, {}))


def _build_header(
    algorithm: Algorithm, kid: str, headers: Mapping[str, object]
) -> dict[str, object]:
    if reserved := _RESERVED_HEADERS.intersection(headers):
        message = f"headers must not contain {', '.join(sorted(reserved))}; remove it"
        raise SigningError(message)
    header = {"alg": algorithm.value, "typ": "JWT", "kid": kid, **headers}
    return {name: value for name, value in header.items() if value is not None}


def _encode_part(part: Mapping[str, object]) -> str:
    return base64url.encode(strict_json.encode_object(part))
