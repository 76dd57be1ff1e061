# DEV-ONLY: never ship to production.
"""The paths of endpoints that more than one package names. It imports no web framework."""

import re
from typing import Final

from token_issuer.key_documents import KEY_DOCUMENTS, Format

_SLASHES: Final = re.compile("/{2,}")

TOKEN_PATH: Final = "/token"  # noqa: S105  # a path, not a secret
TOKEN_PATHS: Final = (TOKEN_PATH, "/oauth2/v4/token", "/o/oauth2/token")
"""The token endpoint, and its paths at Google."""
TOKEN_EXCHANGE_PATH: Final = "/v1/token"  # noqa: S105  # a path, not a secret
"""Google's security token service."""
IAM_PREFIX: Final = "/v1/projects/"
"""Google's APIs of a project: IAM credentials and Firebase; the project and the method follow."""
TOKEN_INFO_PATHS: Final = ("/tokeninfo", "/oauth2/v3/tokeninfo", "/oauth2/v1/tokeninfo")
"""The description of a token, and its paths at Google."""
DEFECTS_PATH: Final = "/defects"
HEALTH_PATH: Final = "/health"
OPENAPI_PATH: Final = "/openapi.json"

OPENID_DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
OAUTH_DISCOVERY_PATH: Final = "/.well-known/oauth-authorization-server"
DISCOVERY_PATHS: Final = (OPENID_DISCOVERY_PATH, OAUTH_DISCOVERY_PATH)
"""The discovery document, at its path in OpenID Connect and in OAuth (RFC 8414 §3)."""

AUTHORIZE_PATHS: Final = ("/authorize", "/o/oauth2/v2/auth")
"""The authorization endpoint, and its path at Google."""
USERINFO_PATHS: Final = ("/userinfo", "/v1/userinfo", "/oauth2/v3/userinfo")
"""The UserInfo endpoint, and its paths at Google."""
INTROSPECTION_PATH: Final = "/introspect"
REVOCATION_PATH: Final = "/revoke"
DEVICE_AUTHORIZATION_PATH: Final = "/device/code"
DEVICE_PATH: Final = "/device"
"""The page on which a user types the code of a device."""
LOGIN_PATH: Final = "/login"
"""Where the login page sends the decision of the user."""
LOGOUT_PATH: Final = "/logout"
PAGE_PATHS: Final = (*AUTHORIZE_PATHS, LOGIN_PATH, LOGOUT_PATH, DEVICE_PATH)
"""The paths that a browser visits, and that no script may call."""
OAUTH_PATHS: Final = (
    *TOKEN_PATHS,
    TOKEN_EXCHANGE_PATH,
    INTROSPECTION_PATH,
    REVOCATION_PATH,
    DEVICE_AUTHORIZATION_PATH,
    *USERINFO_PATHS,
)
"""The paths whose errors are those of OAuth (RFC 6749 §5.2)."""

ADMIN_PREFIX: Final = "/admin"
ADMIN_KEYS_PATH: Final = f"{ADMIN_PREFIX}/keys"
"""Lists the keys; the path of one key is below it."""
ADMIN_ROTATE_PATH: Final = f"{ADMIN_KEYS_PATH}/rotate"
ADMIN_CLOCK_PATH: Final = f"{ADMIN_PREFIX}/clock"
ADMIN_FAULTS_PATH: Final = f"{ADMIN_PREFIX}/faults"
ADMIN_PROFILES_PATH: Final = f"{ADMIN_PREFIX}/profiles"
ADMIN_REQUESTS_PATH: Final = f"{ADMIN_PREFIX}/requests"
ADMIN_INSPECT_PATH: Final = f"{ADMIN_PREFIX}/inspect"
ADMIN_USERS_PATH: Final = f"{ADMIN_PREFIX}/users"
"""Lists the users; the path of one user is below it."""
ADMIN_CLIENTS_PATH: Final = f"{ADMIN_PREFIX}/clients"
"""Lists the clients; the path of one client is below it."""
ADMIN_LOGINS_PATH: Final = f"{ADMIN_PREFIX}/logins"
ADMIN_SERVICE_ACCOUNTS_PATH: Final = f"{ADMIN_PREFIX}/service-accounts"
"""Lists the service accounts; the path of one account is below it."""

KEY_PATHS: Final = tuple(document.path for document in KEY_DOCUMENTS)
JWKS_PATH: Final = KEY_PATHS[0]
"""The key document that discovery names."""
CERTIFICATES_PATH: Final = next(
    document.path for document in KEY_DOCUMENTS if document.format is Format.CERTIFICATES
)
"""The key document of certificates that key files of service accounts name."""

ROOT_PATH: Final = "/"
"""The console for browsers; where clients of Google look for a metadata server."""
CONSOLE_PREFIX: Final = "/console"
"""The files of the console are below it."""
API_REFERENCE_PATH: Final = f"{CONSOLE_PREFIX}/api"
METADATA_PREFIX: Final = "/computeMetadata"
"""The metadata server of a virtual machine at Google."""
FIREBASE_SIGN_IN_PATH: Final = "/v1/accounts:signInWithCustomToken"
FIREBASE_LOOKUP_PATH: Final = "/v1/accounts:lookup"

ATTACKER_PREFIX: Final = "/attacker"
ATTACKER_JWKS_PATH: Final = f"{ATTACKER_PREFIX}/jwks.json"
"""Where the `jku` of a defect points to, and a redirect to another host."""
ATTACKER_CERTIFICATES_PATH: Final = f"{ATTACKER_PREFIX}/certs.pem"
"""Where the `x5u` of a defect points to."""

TOP_LEVEL_NAMES: Final = frozenset(
    path.split("/")[1]
    for path in (
        *OAUTH_PATHS,
        *TOKEN_INFO_PATHS,
        *PAGE_PATHS,
        DEFECTS_PATH,
        HEALTH_PATH,
        OPENAPI_PATH,
        ADMIN_PREFIX,
        ATTACKER_PREFIX,
        *DISCOVERY_PATHS,
        *KEY_PATHS,
        ROOT_PATH,
        CONSOLE_PREFIX,
        METADATA_PREFIX,
        FIREBASE_LOOKUP_PATH,
    )
)
"""The first segments of all paths; an issuer cannot have one of them as its name."""


def is_console_path(path: str) -> bool:
    """Tell whether *path* is that of a page or a file of the console."""
    return path == ROOT_PATH or path.startswith(f"{CONSOLE_PREFIX}/")


def normalize_path(path: str) -> str:
    """Return *path* without repeated slashes, and without one at its end."""
    if "//" not in path and not path.endswith("/"):
        return path
    return _SLASHES.sub("/", path).rstrip("/") or "/"
