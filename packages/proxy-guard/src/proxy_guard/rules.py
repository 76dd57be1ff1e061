"""The rules for a configuration. A rule is a function from an environment to findings."""

from __future__ import annotations

from proxy_guard import urls
from proxy_guard.credentials import search_credential
from proxy_guard.dev_marks import is_bare_word
from proxy_guard.findings import DEV_CREDENTIAL, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Final, TypeAlias

    Rule: TypeAlias = Callable[[Mapping[str, str]], Iterator[Finding]]

JWKS_URI_VARIABLE: Final = "JWT_JWKS_URI"
ISSUER_VARIABLE: Final = "JWT_ISSUER"
PUBLIC_KEY_VARIABLE: Final = "JWT_PUBLIC_KEY"
INSPECTED_VARIABLES: Final = (JWKS_URI_VARIABLE, ISSUER_VARIABLE, PUBLIC_KEY_VARIABLE)
"""The variables that the rules read for URIs, names and keys in every spelling."""

ENDPOINT_SUFFIXES: Final = (
    *("ISSUER", "ISSUER_URL", "ISSUER_URI", "ISSUER_BASE_URL", "ISSUER_BASE_URI", "DISCOVERY_URL"),
    *("JWKS_URI", "JWKS_URL", "JWK_SET_URI", "JWK_SET_URL", "WELL_KNOWN", "WELL_KNOWN_URL"),
    *("AUTH_URI", "AUTH_URL", "AUTHORIZATION_URI", "AUTHORIZATION_URL", "AUTHORIZE_URL"),
    *("TOKEN_URI", "TOKEN_URL", "USERINFO_URI", "USERINFO_URL", "USER_INFO_URI", "USER_INFO_URL"),
    *("INTROSPECTION_URI", "INTROSPECTION_URL", "REVOCATION_URL", "END_SESSION_URL"),
    *("PROXY_LOGIN_URL", "PROXY_REDEEM_URL", "PROXY_VALIDATE_URL", "PROXY_PROFILE_URL"),
    *("AUTHORIZATION_ENDPOINT", "TOKEN_ENDPOINT", "USERINFO_ENDPOINT", "INTROSPECTION_ENDPOINT"),
    *("REVOCATION_ENDPOINT", "END_SESSION_ENDPOINT"),
)
"""Last words of the variables in which relying parties have the issuer or an endpoint of a login:
the names of RFC 8414, and those of oauth2-proxy, Spring and SDKs. Products add prefixes."""


def check_jwks_uri(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check the URI of the JWKS. It may be unset, since the proxy may use a static key."""
    value = environ.get(JWKS_URI_VARIABLE, "")
    verdict = None if urls.is_unset(value) else urls.inspect_uri(value)
    if verdict:
        yield Finding(verdict.code, variable=JWKS_URI_VARIABLE, detail=verdict.detail)


def check_issuer(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check the issuer whose tokens the proxy accepts."""
    verdict = urls.inspect_issuer(environ.get(ISSUER_VARIABLE, ""))
    if verdict:
        yield Finding(verdict.code, variable=ISSUER_VARIABLE, detail=verdict.detail)


def check_public_key(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check the static key, which may have any encoding. Check a value without a key as a URI."""
    value = environ.get(PUBLIC_KEY_VARIABLE, "")
    if urls.is_unset(value):
        return
    if "://" in value and len(value) <= urls.MAX_URI_CHARS:
        verdict = urls.find_dev_mark(value)
        if verdict:
            yield Finding(verdict.code, variable=PUBLIC_KEY_VARIABLE, detail=verdict.detail)
            return
    from proxy_guard.search.detection import detect  # noqa: PLC0415  # needed only if a key is set

    detection = detect(value, variable=PUBLIC_KEY_VARIABLE)
    yield from detection.findings
    if not detection.findings and not detection.has_keys:
        verdict = urls.find_dev_mark(value)
        if verdict:
            yield Finding(verdict.code, variable=PUBLIC_KEY_VARIABLE, detail=verdict.detail)


def check_endpoints(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check the variables in which relying parties have an issuer or an endpoint of a login.

    Their names are conventions, so a bare word, which leads to no host, is not judged.
    """
    for name, value in environ.items():
        if name in INSPECTED_VARIABLES or not name.upper().endswith(ENDPOINT_SUFFIXES):
            continue
        text = str(value)
        verdict = None if is_bare_word(text.strip()) else urls.find_dev_mark(text)
        if verdict and verdict.code != urls.UNREADABLE_URI:
            yield Finding(verdict.code, variable=_show_name(name), detail=verdict.detail)


def check_credentials(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check all variables for what a login hands out: a service may use it under any name."""
    for name, value in environ.items():
        kind = search_credential(str(value))  # callers may pass numbers
        if kind:
            yield Finding(DEV_CREDENTIAL, variable=_show_name(name), detail=kind)


def _show_name(name: str) -> str:
    return name if name.isprintable() else ascii(name)


RULES: Final[tuple[Rule, ...]] = (
    check_jwks_uri,
    check_issuer,
    check_public_key,
    check_endpoints,
    check_credentials,
)
"""All rules, in the order of the report."""
