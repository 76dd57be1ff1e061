"""The rules for a configuration. A rule is a function from an environment to findings."""

from __future__ import annotations

from proxy_guard import urls
from proxy_guard.findings import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Final, TypeAlias

    Rule: TypeAlias = Callable[[Mapping[str, str]], Iterator[Finding]]

JWKS_URI_VARIABLE: Final = "JWT_JWKS_URI"
ISSUER_VARIABLE: Final = "JWT_ISSUER"
PUBLIC_KEY_VARIABLE: Final = "JWT_PUBLIC_KEY"


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


RULES: Final[tuple[Rule, ...]] = (check_jwks_uri, check_issuer, check_public_key)
"""All rules, in the order of the report."""

INSPECTED_VARIABLES: Final = (JWKS_URI_VARIABLE, ISSUER_VARIABLE, PUBLIC_KEY_VARIABLE)
"""The variables that the rules read."""
