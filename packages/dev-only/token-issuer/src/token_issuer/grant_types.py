# DEV-ONLY: never ship to production.
"""The grant types of the token endpoint.

Spec: RFC 6749 §4.1.3, §4.4.2 and §6, RFC 8628 §3.4, RFC 7523 §2.1, RFC 8693 §2.1
"""

from typing import Final

CLIENT_CREDENTIALS: Final = "client_credentials"
AUTHORIZATION_CODE: Final = "authorization_code"
REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105  # a name, not a secret
DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"

LOGIN_GRANT_TYPES: Final = (AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE)
"""The grant types that need a user who has logged in."""

JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""The grant type of service accounts."""
TOKEN_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  # a name
"""The grant type of Google's security token service, which has an endpoint of its own."""
STATEFUL_GRANT_TYPES: Final = (*LOGIN_GRANT_TYPES, JWT_BEARER)
"""The grant types of the token endpoint whose tokens exist in one process only."""
