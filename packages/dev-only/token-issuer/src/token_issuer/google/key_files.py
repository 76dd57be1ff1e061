# DEV-ONLY: never ship to production.
"""Key files of service accounts, in Google's format.

Each RSA key has the dev watermark: the file of a real service account is rejected.

Spec: https://developers.google.com/identity/protocols/oauth2/service-account
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jwt_core import (
    Algorithm,
    JwtError,
    SigningKey,
    decode_private_pem,
    encode_private_pem,
    strict_json,
)
from proxy_guard.dev_marks import JWKS_MEMBER

from token_issuer.config.choices import KidStyle
from token_issuer.config.parsers import parse_account
from token_issuer.errors import InvalidInputError, KeyDirectoryError, UnmarkedKeyError
from token_issuer.keys.ring import derive_kid
from token_issuer.keys.storage.files import read_file
from token_issuer.keys.watermark import generate_marked_key, has_watermark
from token_issuer.paths import AUTHORIZE_PATHS, CERTIFICATES_PATH, TOKEN_PATH

MAX_KEY_FILE_BYTES: Final = 64 * 1024
KEY_FILE_TYPE: Final = "service_account"
ROBOT_CERTIFICATES_PREFIX: Final = "/robot/v1/metadata/x509/"
"""The certificates of an account, whose email follows."""
_UNIVERSE: Final = "googleapis.com"
_CLIENT_ID: Final = re.compile(r"[0-9]{1,30}")
_KID: Final = re.compile(r"[\x21-\x7e]{1,100}")
_REMEDY: Final = "make one with: token-issuer make-service-account FILE"


@dataclass(frozen=True, slots=True)
class AccountKey:
    """A key of a service account.

    Attributes:
        email: The email of the account.
        client_id: The unique number of the account.
        key: The private key; its `kid` is the `private_key_id` of the file.
    """

    email: str
    client_id: str
    key: SigningKey = field(repr=False)


def check_email(email: object) -> str:
    """Return the *email* of a service account.

    Raises:
        InvalidInputError: it is malformed.
    """
    try:
        return parse_account(email)
    except ValueError as error:
        message = f"email: {error}"
        raise InvalidInputError(message, "email") from error


def derive_client_id(email: str) -> str:
    """Return the unique number of an account: 21 digits, the same in each process."""
    number = int.from_bytes(sha256(email.encode()).digest()[:16])
    return f"1{number % 10**20:020}"


def generate_account_key() -> SigningKey:
    """Generate a key with the watermark; its `kid` has 40 hexadecimal digits, as at Google."""
    key = generate_marked_key()
    kid = derive_kid(KidStyle.HEX, key.verification_key.public_key, 1)
    return replace(key, kid=kid)


def build_key_file(key: AccountKey, project: str, url: str) -> dict[str, Any]:
    """Return the content of a key file, whose URLs are those of the issuer with the base *url*."""
    return {
        "type": KEY_FILE_TYPE,
        "project_id": project,
        "private_key_id": key.key.kid,
        "private_key": encode_private_pem(key.key).decode("ascii"),
        "client_email": key.email,
        "client_id": key.client_id,
        "auth_uri": url + AUTHORIZE_PATHS[1],
        "token_uri": url + TOKEN_PATH,
        "auth_provider_x509_cert_url": url + CERTIFICATES_PATH,
        "client_x509_cert_url": url + ROBOT_CERTIFICATES_PREFIX + quote(key.email, safe=""),
        "universe_domain": _UNIVERSE,
        JWKS_MEMBER: True,
    }


def encode_key_file(document: Mapping[str, Any]) -> bytes:
    """Encode a key file as Google does: indented by two spaces."""
    return f"{json.dumps(document, indent=2)}\n".encode()


def read_key_file(path: Path) -> AccountKey:
    """Read the key file *path*.

    Raises:
        KeyDirectoryError: the file cannot be read, or is not a key file.
        UnmarkedKeyError: its key has no watermark.
    """
    data = read_file(path, MAX_KEY_FILE_BYTES)
    try:
        document = strict_json.decode_object(data)
        key = _parse(document)
    except (ValueError, InvalidInputError, JwtError) as error:
        reason = "not one JSON object" if isinstance(error, ValueError) else error
        problem = f"is not a key file of a service account: {reason}; {_REMEDY}"
        raise KeyDirectoryError(path, problem) from error
    if not has_watermark(key.key.verification_key.public_key):
        problem = (
            "its key has no dev watermark, so it may be that of a real service account; remove the "
            f"file from TOKEN_ISSUER_SERVICE_ACCOUNTS, and {_REMEDY}"
        )
        raise UnmarkedKeyError(path, problem)
    return key


def _parse(document: Mapping[str, Any]) -> AccountKey:
    if document.get("type") != KEY_FILE_TYPE:
        message = f"type: expected {KEY_FILE_TYPE}"
        raise InvalidInputError(message, "type")
    email = check_email(document.get("client_email"))
    client_id = document.get("client_id", derive_client_id(email))
    kid, pem = document.get("private_key_id"), document.get("private_key")
    if not isinstance(client_id, str) or _CLIENT_ID.fullmatch(client_id) is None:
        message = "client_id: expected a number as text"
        raise InvalidInputError(message, "client_id")
    if not isinstance(kid, str) or _KID.fullmatch(kid) is None:
        message = "private_key_id: expected 1 to 100 visible ASCII characters"
        raise InvalidInputError(message, "private_key_id")
    if not isinstance(pem, str):
        message = "private_key: expected a private key in PEM"
        raise InvalidInputError(message, "private_key")
    return AccountKey(
        email, client_id, decode_private_pem(pem.encode(), kid=kid, algorithm=Algorithm.RS256)
    )
