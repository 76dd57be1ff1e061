# DEV-ONLY: never ship to production.
"""Google's host names that the issuer can stand in for.

Client libraries have these names built in, so a program reaches the issuer without a change only if
another component answers at the names.
"""

from typing import Final

HTTPS_NAMES: Final = (
    "accounts.google.com",  # the login page, discovery, and the legacy token endpoint
    "iamcredentials.googleapis.com",  # impersonation of service accounts
    "identitytoolkit.googleapis.com",  # Firebase: session cookies and accounts
    "oauth2.googleapis.com",  # token endpoint, revocation, tokeninfo
    "openidconnect.googleapis.com",  # UserInfo
    "securetoken.google.com",  # Firebase: discovery of the issuer of ID tokens
    "securetoken.googleapis.com",  # Firebase: refresh of ID tokens
    "sts.googleapis.com",  # token exchange of workload identity federation
    "www.googleapis.com",  # the keys of ID tokens and service accounts, tokeninfo
    "www.gstatic.com",  # the keys of Identity-Aware Proxy
)
"""Names to which clients connect with TLS, on port 443."""

HTTP_NAMES: Final = ("169.254.169.254", "metadata.google.internal", "metadata.goog")
"""Names of the metadata server, to which clients connect without TLS, on port 80."""

HTTPS_PORT: Final = 443
HTTP_PORT: Final = 80
