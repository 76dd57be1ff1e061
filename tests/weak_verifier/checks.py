"""A model of a verifier in which each check can be omitted.

With all checks it is strict. Without one check it accepts exactly the tokens that this check would
reject. It shares no code with the issuer or with `jwt_core`, so that no code is tested against
itself.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from tests.weak_verifier.encodings import RefusedError, decode_base64url, decode_json
from tests.weak_verifier.keys import Key, read_embedded_keys, read_key

__all__ = ["ALGORITHMS", "RefusedError", "verify"]

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
MAX_TOKEN_BYTES: Final = 16 * 1024
MIN_RSA_BITS: Final = 2048
MAX_NUMERIC_DATE_S: Final = 253402300799  # 9999-12-31T23:59:59Z
_CREDENTIALS: Final = re.compile(r"bearer +([^,\t]+)", re.IGNORECASE)


def verify(
    authorization: Sequence[str],
    jwks: Mapping[str, Any],
    *,
    issuer: str,
    audience: str,
    now: float,
    without: frozenset[str] = frozenset(),
    fetch: Callable[[str], bytes] | None = None,
) -> dict[str, Any]:
    """Return the claims of the token in the `Authorization` header fields.

    Args:
        authorization: The values of the fields, in order.
        jwks: The trusted key set.
        issuer: The only accepted `iss`.
        audience: What `aud` must name.
        now: The time, in seconds since the epoch.
        without: The omitted checks.
        fetch: Fetches the URL that a token names, if `embedded-keys` is omitted.

    Raises:
        RefusedError: a check rejects the token.
    """
    model = _Model(jwks, issuer, audience, now, without, fetch)
    try:
        return model.verify(authorization, first_wins=False)
    except RefusedError:
        if "json" not in without:
            raise
    # Some lenient parsers use the first of two members with the same name, others the last.
    return model.verify(authorization, first_wins=True)


@dataclass(frozen=True)
class _Model:
    jwks: Mapping[str, Any]
    issuer: str
    audience: str
    now: float
    without: frozenset[str]
    fetch: Callable[[str], bytes] | None

    def verify(self, authorization: Sequence[str], *, first_wins: bool) -> dict[str, Any]:
        token = self.read_token(authorization)
        self.require("size", len(token) <= MAX_TOKEN_BYTES)
        parts = token.split(".")
        self.require("form", len(parts) <= 3)
        is_strict = "base64url" not in self.without
        header_bytes, payload, signature, *_ = (
            decode_base64url(part, is_strict=is_strict) for part in [*parts, "", ""]
        )
        header = self.read_object(header_bytes, first_wins=first_wins)
        if header is None:
            raise RefusedError(check="json")
        self.check_header(header)
        self.check_signature(header, ".".join(parts[:2]).encode(), signature)
        claims = self.read_object(payload, first_wins=first_wins)
        if claims is None:
            return {}  # without the check, a payload that is not an object has no claims
        self.check_times(claims)
        self.check_names(claims)
        return claims

    def require(self, check: str, condition: object) -> None:
        if not condition and check not in self.without:
            raise RefusedError(check)

    def read_token(self, authorization: Sequence[str]) -> str:
        values = [value.strip(" \t") for value in authorization]
        self.require("credentials", len(values) == 1)
        credentials = _CREDENTIALS.fullmatch(values[0])
        if credentials is not None:
            return credentials[1]
        self.require("credentials", condition=False)
        pieces = re.split(r"[\s,]+", values[0])
        return next((piece for piece in pieces if "." in piece), "")

    def read_object(self, data: bytes, *, first_wins: bool) -> dict[str, Any] | None:
        """Return a JSON object; None if it is not one and the check is omitted."""
        is_strict = "json" not in self.without
        document = decode_json(data, is_strict=is_strict, first_wins=first_wins)
        self.require("json", isinstance(document, dict))
        return document if isinstance(document, dict) else None

    def check_header(self, header: Mapping[str, Any]) -> None:
        self.require("crit", not {"crit", "b64"} & set(header))
        self.require("typ", header.get("typ", "JWT") in ("JWT", "at+jwt"))
        self.require("cty", "cty" not in header)
        self.require("algorithms", header.get("alg") in ALGORITHMS)

    def check_signature(
        self, header: Mapping[str, Any], signing_input: bytes, signature: bytes
    ) -> None:
        alg = str(header.get("alg"))
        keys = [
            key for key in self.find_keys(header) if key.alg == alg or "algorithms" in self.without
        ]
        self.require("algorithms", keys)
        self.require("key-strength", all(key.rsa_bits >= MIN_RSA_BITS for key in keys))
        if alg == "ES256":
            self.require("ecdsa-range", any(signature))
        is_good = any(key.verifies(alg, signing_input, signature, self.without) for key in keys)
        self.require("signature", is_good)

    def find_keys(self, header: Mapping[str, Any]) -> list[Key]:
        embedded = {"jwk", "jku", "x5c", "x5u"} & set(header)
        self.require("embedded-keys", not embedded)
        if embedded:
            return read_embedded_keys(header, self.fetch)
        kid = header.get("kid")
        members = [jwk for jwk in self.jwks["keys"] if jwk["kid"] == kid]
        self.require("kid", members)
        text = json.dumps(self.jwks, separators=(",", ":")).encode()
        return [read_key(jwk, text) for jwk in members or self.jwks["keys"]]

    def check_times(self, claims: Mapping[str, Any]) -> None:
        exp = claims.get("exp")
        # Every comparison with NaN is false, so NaN passes here; the parser must reject it.
        self.require("exp", _is_number(exp) and not (exp > MAX_NUMERIC_DATE_S or exp <= self.now))
        for name in ("nbf", "iat"):
            timestamp = claims.get(name, 0)
            self.require(name, _is_number(timestamp) and timestamp <= self.now)

    def check_names(self, claims: Mapping[str, Any]) -> None:
        aud = claims.get("aud")
        self.require("aud", self.audience in (aud if isinstance(aud, list) else [aud]))
        self.require("iss", claims.get("iss") == self.issuer)
        self.require("sub", isinstance(claims.get("sub"), str))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
