# DEV-ONLY: never ship to production.
"""Errors of Identity Toolkit, the API of Firebase Authentication.

Spec: https://cloud.google.com/identity-platform/docs/error-codes
"""

from enum import StrEnum
from http import HTTPStatus
from typing import Final

from token_issuer.errors import TokenIssuerError

MAX_DESCRIPTION_CHARACTERS: Final = 600


class IdentityCode(StrEnum):
    """The codes of errors, which clients map to errors of their own."""

    CLAIMS_TOO_LARGE = "CLAIMS_TOO_LARGE"
    CREDENTIAL_MISMATCH = "CREDENTIAL_MISMATCH"
    FORBIDDEN_CLAIM = "FORBIDDEN_CLAIM"
    INSUFFICIENT_PERMISSION = "INSUFFICIENT_PERMISSION"
    INVALID_CUSTOM_TOKEN = "INVALID_CUSTOM_TOKEN"  # noqa: S105  # a code, not a secret
    INVALID_DURATION = "INVALID_DURATION"
    INVALID_ID_TOKEN = "INVALID_ID_TOKEN"  # noqa: S105  # a code, not a secret
    INVALID_JSON = "INVALID_JSON"
    INVALID_REQUEST = "INVALID_REQUEST"
    MISSING_CUSTOM_TOKEN = "MISSING_CUSTOM_TOKEN"  # noqa: S105  # a code, not a secret
    MISSING_ID_TOKEN = "MISSING_ID_TOKEN"  # noqa: S105  # a code, not a secret
    MISSING_LOCAL_ID = "MISSING_LOCAL_ID"
    OPERATION_NOT_ALLOWED = "OPERATION_NOT_ALLOWED"
    PROJECT_NOT_FOUND = "PROJECT_NOT_FOUND"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    USER_DISABLED = "USER_DISABLED"
    USER_NOT_FOUND = "USER_NOT_FOUND"


class IdentityError(TokenIssuerError):
    """A request to Identity Toolkit is rejected.

    Attributes:
        error: The code.
        status: The status of the response.
    """

    code = "identity"

    def __init__(
        self, error: IdentityCode, description: str, *, status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(description[:MAX_DESCRIPTION_CHARACTERS])
        self.error = error
        self.status = status
