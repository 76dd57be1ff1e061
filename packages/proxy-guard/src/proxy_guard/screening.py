"""Checks for a running proxy: each key, key set or token that it receives.

All three apply the rules of `enforce()`: in production a finding raises `GuardRefusedError`,
elsewhere the findings are returned. They log nothing and raise nothing else, whatever the input.
"""

from __future__ import annotations

from proxy_guard.environment import classify, current_environ
from proxy_guard.errors import GuardRefusedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from proxy_guard.findings import Finding


def screen_key(key: object, environ: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """Look at a key: is it the simulator's, or is its private half public?

    Args:
        key: PEM, certificate, JWK, JWKS or OpenSSH text, DER, or a JWK as a mapping, in whatever it
            is wrapped (base64, hex, quotes, escapes).
        environ: The environment variables of the proxy; by default those of this process.

    Returns:
        What was found, where this is not production; empty for all other keys.

    Raises:
        GuardRefusedError: something was found, and this is production.
    """
    return _judge(_detect(_to_plain(key), "the key"), environ)


def screen_jwks(document: object, environ: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """Look at a fetched key set: its members, key ids, keys and certificates.

    Fit to be the hook of a JWKS client, to be called with each document before it is used.

    Args:
        document: A JWKS, a JWK, a list of these or a map of certificates; parsed, or as text.
        environ: The environment variables of the proxy; by default those of this process.

    Returns:
        What was found, where this is not production; empty for all other key sets.

    Raises:
        GuardRefusedError: something was found, and this is production.
    """
    return _judge(_detect(_to_plain(document), "the key set"), environ)


def screen_token(
    header: object, claims: object, environ: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Look at a token: whose it says it is, and which keys it brings along.

    Args:
        header: The JOSE header; `kid`, `jku`, `x5u`, `jwk` and `x5c` are looked at.
        claims: The claims set; only `iss` is looked at, as the rest is anybody's text.
        environ: The environment variables of the proxy; by default those of this process.

    Returns:
        What was found, where this is not production; empty for all other tokens.

    Raises:
        GuardRefusedError: something was found, and this is production.
    """
    claims = _to_plain(claims)
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    material = [_to_plain(header), {"iss": issuer}]
    return _judge(_detect(material, "the token"), environ)


def _detect(material: object, variable: str) -> tuple[Finding, ...]:
    from proxy_guard.detection import detect  # noqa: PLC0415  # not needed at boot

    return detect(material, variable=variable).findings


def _to_plain(material: object) -> object:
    """Convert other mappings to a dict, and a memoryview to bytes."""
    if isinstance(material, str | bytes | bytearray | dict | list | tuple | None):
        return material
    if isinstance(material, memoryview):
        return material.tobytes()
    from collections.abc import Mapping  # noqa: PLC0415  # costs time at boot, see test_start_up

    return dict(material) if isinstance(material, Mapping) else None


def _judge(findings: tuple[Finding, ...], environ: Mapping[str, str] | None) -> tuple[Finding, ...]:
    if findings:
        environment = classify(current_environ() if environ is None else environ)
        if environment.is_production:
            reasons = "; ".join(f"[{found.code}] {found.what}" for found in findings)
            message = f"proxy-guard: REFUSED in production ({environment.reason}): {reasons}"
            raise GuardRefusedError(findings, message)
    return findings
