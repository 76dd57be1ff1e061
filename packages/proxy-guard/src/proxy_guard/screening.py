"""Checks for the keys, key sets and tokens that a running proxy receives.

In production a finding raises `GuardRefusedError`; elsewhere the findings are returned. They log
nothing and raise no other error, whatever the input.
"""

from __future__ import annotations

from proxy_guard.environment import classify, current_environ
from proxy_guard.errors import GuardRefusedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from proxy_guard.findings import Finding

_CHECKED_CLAIMS: Final = ("iss", "jti")


def screen_key(key: object, environ: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """Check a key: production must not trust the simulator's keys or published keys.

    Args:
        key: PEM, certificate, JWK, JWKS or OpenSSH text, DER, or a JWK as a mapping. Base64, hex,
            quotes and escapes around it are removed. An object of another type, such as a key of
            a library, has no findings.
        environ: The environment variables of the proxy; by default those of this process.

    Returns:
        The findings outside production; empty for a good key.

    Raises:
        GuardRefusedError: there are findings, and this is production.

    Example:
        >>> import proxy_guard
        >>> rfc_8037_key = {
        ...     "kty": "OKP",
        ...     "crv": "Ed25519",
        ...     "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        ... }
        >>> proxy_guard.screen_key(rfc_8037_key, {"APP_ENV": "qa"})
        (<Finding published_key in the key>,)
    """
    return _judge(_detect(key, "the key"), environ)


def screen_jwks(document: object, environ: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """Check a fetched key set: its members, key IDs, keys and certificates.

    Use it as the hook of a JWKS client that is called with each document before the document is
    used, such as `document_validator` of `jwt_core.remote.RemoteKeySet`.

    Args:
        document: A JWKS, a JWK, a list of these or a map of certificates; parsed or as text.
        environ: The environment variables of the proxy; by default those of this process.

    Returns:
        The findings outside production; empty for a good key set.

    Raises:
        GuardRefusedError: there are findings, and this is production.

    Example:
        >>> import proxy_guard
        >>> document = {"keys": [{"kty": "RSA", "kid": "dev-key"}], "dev_only": True}
        >>> proxy_guard.screen_jwks(document, {"APP_ENV": "qa"})
        (<Finding dev_jwks in the key set>, <Finding dev_kid in the key set>)
        >>> proxy_guard.screen_jwks(document, {"APP_ENV": "production"})
        Traceback (most recent call last):
            ...
        proxy_guard.errors.GuardRefusedError: proxy-guard: REFUSED in production ...
    """
    return _judge(_detect(document, "the key set"), environ)


def screen_token(
    header: object, claims: object, environ: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Check a token: its issuer, its ID and the keys that its header contains or refers to.

    Args:
        header: The JOSE header; `kid`, `jku`, `x5u`, `jwk` and `x5c` are checked.
        claims: The claims set. Only `iss` and `jti` are checked, since users may choose other
            claims freely.
        environ: The environment variables of the proxy; by default those of this process.

    Returns:
        The findings outside production; empty for a good token.

    Raises:
        GuardRefusedError: there are findings, and this is production.

    Example:
        >>> import proxy_guard
        >>> header, claims = {"alg": "RS256", "kid": "dev-key"}, {"iss": "https://id.example.com"}
        >>> proxy_guard.screen_token(header, claims, {"APP_ENV": "qa"})
        (<Finding dev_kid in the token>,)
    """
    return _judge(_detect([header, _select_claims(claims)], "the token"), environ)


def _detect(material: object, variable: str) -> tuple[Finding, ...]:
    from proxy_guard.search.detection import detect  # noqa: PLC0415  # not needed at boot

    return detect(material, variable=variable).findings


def _select_claims(claims: object) -> object:
    from proxy_guard.search.values import to_plain  # noqa: PLC0415  # not needed at boot

    try:
        members = to_plain(claims)
        if not isinstance(members, dict):
            return None
        return {name: members.get(name) for name in _CHECKED_CLAIMS}
    except Exception:  # noqa: BLE001  # a type of the caller may raise anything when it is read
        return claims  # the search reports it


def _judge(findings: tuple[Finding, ...], environ: Mapping[str, str] | None) -> tuple[Finding, ...]:
    if findings:
        environment = classify(current_environ() if environ is None else environ)
        if environment.is_production:
            reasons = "; ".join(f"[{found.code}] {found.what}" for found in findings)
            message = f"proxy-guard: REFUSED in production ({environment.reason}): {reasons}"
            raise GuardRefusedError(findings, message)
    return findings
