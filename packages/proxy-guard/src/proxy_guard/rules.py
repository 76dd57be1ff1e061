"""The rules for a configuration. A rule is a function from an environment to findings."""

from __future__ import annotations

from proxy_guard import urls
from proxy_guard.credentials import list_readings, may_contain_certificate
from proxy_guard.dev_marks import find_credential, is_bare_word
from proxy_guard.findings import DEV_CREDENTIAL, UNVERIFIED_TOKENS, Finding

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

METADATA_SUFFIXES: Final = ("METADATA_HOST", "METADATA_IP", "METADATA_ROOT")
"""Last words of the variables in which Google's libraries have the host of the metadata server."""

PROXY_SUFFIXES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
"""Last words of the variables with the proxy of HTTP clients."""

TRUST_SUFFIXES: Final = (
    *("CERT_FILE", "CERT_DIR", "CERT_PATH", "CA_BUNDLE", "CA_CERT", "CA_CERTS", "CA_CERTS_FILE"),
    *("CA_FILE", "CAFILE", "CA_PATH", "CAPATH", "CAINFO", "CACERT", "CACERTS", "CACERTS_PATH"),
    *("ROOT_CERT", "ROOTCERT", "ROOTS_FILE_PATH", "CA_ROOTS_PATH", "PIP_CERT", "DENO_CERT"),
)
"""Last words of the variables that name files or directories of certificates to trust: those of
OpenSSL, Go, Python, Node, Deno, curl, git, gRPC, AWS, pip, npm, Cargo and PostgreSQL."""

KEY_FILE_SUFFIXES: Final = (
    *("APPLICATION_CREDENTIALS", "GOOGLE_CREDENTIALS", "CREDENTIALS_JSON", "CREDS_PATH"),
    *("CREDENTIAL_FILE_OVERRIDE", "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_JSON", "SERVICE_KEY"),
    *("SERVICE_ACCOUNT_KEY", "SERVICE_ACCOUNT_FILE", "SA_KEY"),
)
"""Last words of the variables with a key file of a service account, or the path of one."""

JAVA_PROPERTY: Final = "-D"
"""Start of a system property in the options of a JVM. Any variable may have such options:
`JAVA_TOOL_OPTIONS`, `MAVEN_OPTS`, `CATALINA_OPTS`."""

FIREBASE_EMULATOR_VARIABLE: Final = "FIREBASE_AUTH_EMULATOR_HOST"


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


def check_hosts(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check the proxies of HTTP clients and the metadata server of Google's libraries.

    A bare word is a host in these variables. Any proxy may listen on the simulator's port.
    """
    for name, value in environ.items():
        is_proxy = name.upper().endswith(PROXY_SUFFIXES)
        if not is_proxy and not name.upper().endswith(METADATA_SUFFIXES):
            continue
        verdict = urls.find_dev_mark(str(value))
        ignored = (urls.UNREADABLE_URI, urls.LOCAL_DEV_PORT if is_proxy else "")
        if verdict and verdict.code not in ignored:
            yield Finding(verdict.code, variable=_show_name(name), detail=verdict.detail)


def check_files(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check the files of certificates and keys that variables name, and Java's options for both."""
    stores = _select(environ, TRUST_SUFFIXES)
    keys = _select(environ, KEY_FILE_SUFFIXES)
    options = {
        _show_name(name): str(value)
        for name, value in environ.items()
        if JAVA_PROPERTY in str(value)
    }
    if stores or keys or options:
        from proxy_guard import trust  # noqa: PLC0415  # needed only if a variable may name a file

        yield from trust.check_files(stores, keys, options)


def check_emulator(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check for the variable that makes Firebase's SDKs accept tokens without a signature."""
    if not urls.is_unset(environ.get(FIREBASE_EMULATOR_VARIABLE, "")):
        detail = "Firebase's SDKs then accept unsigned tokens"
        yield Finding(UNVERIFIED_TOKENS, variable=FIREBASE_EMULATOR_VARIABLE, detail=detail)


def check_credentials(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check all variables for what the simulator hands out: a service may use it under any name."""
    for name, value in environ.items():
        mark = _find_handed_out(str(value), is_key=name == PUBLIC_KEY_VARIABLE)
        if mark:
            yield Finding(mark[0], variable=_show_name(name), detail=mark[1])


def _find_handed_out(value: str, *, is_key: bool) -> tuple[str, str] | None:
    for text in list_readings(value):
        kind = find_credential(text)
        if kind:
            return DEV_CREDENTIAL, kind
        if not is_key and may_contain_certificate(text):
            from proxy_guard.search.certificates import find_certificate  # noqa: PLC0415  # not needed at boot

            mark = find_certificate(text.encode("latin-1", "replace"))
            if mark:
                return mark
    return None


def _select(environ: Mapping[str, str], suffixes: tuple[str, ...]) -> dict[str, str]:
    return {
        _show_name(name): str(value)
        for name, value in environ.items()
        if name.upper().endswith(suffixes) and not urls.is_unset(str(value))
    }


def _show_name(name: str) -> str:
    return name if name.isprintable() else ascii(name)


RULES: Final[tuple[Rule, ...]] = (
    check_jwks_uri,
    check_issuer,
    check_public_key,
    check_endpoints,
    check_hosts,
    check_files,
    check_emulator,
    check_credentials,
)
"""All rules, in the order of the report."""
