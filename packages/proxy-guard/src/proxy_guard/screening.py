"""The guard while the proxy runs: keys, key sets and tokens, looked at as they come in.

All three judge as `enforce()` does: in production a finding is an exception, elsewhere it is the
answer. Nothing is logged, and no input makes them raise anything else.
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
    return _judge(_recognise(_to_plain(key), "the key"), environ)


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
    return _judge(_recognise(_to_plain(document), "the key set"), environ)


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
    return _judge(_recognise(material, "the token"), environ)


def _recognise(material: object, variable: str) -> tuple[Finding, ...]:
    from proxy_guard.recognition import recognise  # noqa: PLC0415  # at boot there may be no key

    return recognise(material, variable=variable).findings


def _to_plain(material: object) -> object:
    """Turn what only behaves like a mapping or like bytes into what is one."""
    if isinstance(material, str | bytes | bytearray | dict | list | tuple | None):
        return material
    if isinstance(material, memoryview):
        return material.tobytes()
    from collections.abc import Mapping  # noqa: PLC0415  # see test_start_up: seldom, and not cheap

    return dict(material) if isinstance(material, Mapping) else None


def _judge(findings: tuple[Finding, ...], environ: Mapping[str, str] | None) -> tuple[Finding, ...]:
    if findings:
        environment = classify(current_environ() if environ is None else environ)
        if environment.is_production:
            reasons = "; ".join(f"[{found.code}] {found.what}" for found in findings)
            message = f"proxy-guard: REFUSED in production ({environment.reason}): {reasons}"
            raise GuardRefusedError(findings, message)
    return findings
