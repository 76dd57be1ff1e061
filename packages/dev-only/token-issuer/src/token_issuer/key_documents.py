# DEV-ONLY: never ship to production.
"""The key documents: the path, the format and the keys of each.

Routes, the fast path, faults and descriptions of key documents are derived from this table. The
package `keys` encodes the documents.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

ACCOUNT: Final = "{account}"
"""The segment of a path that stands for the email address of a service account."""
SECURE_TOKEN_ACCOUNT: Final = "securetoken@system.gserviceaccount.com"  # noqa: S105  # no secret
"""The account of Google that signs the ID tokens of Firebase; its keys are those of the issuer."""


class Format(StrEnum):
    """How a document holds its keys.

    Attributes:
        JWKS: A JWK Set.
        CERTIFICATES: An object of X.509 certificates in PEM, by `kid`.
        PUBLIC_KEYS: An object of public keys in PEM, by `kid`.
    """

    JWKS = "jwks"
    CERTIFICATES = "certificates"
    PUBLIC_KEYS = "public-keys"


class KeyDocument(NamedTuple):
    """A key document.

    Attributes:
        path: The path. With the segment `ACCOUNT` there is a document for each service account,
            which holds the keys of that account.
        format: How it holds the keys.
        algorithm: The algorithm of its keys; None: it holds the keys of all algorithms.
    """

    path: str
    format: Format
    algorithm: str | None = None

    @property
    def is_of_account(self) -> bool:
        """Whether it holds the keys of a service account, and not those of the issuer."""
        return self.path.endswith(ACCOUNT)


_ACCOUNT_PREFIXES: Final[Mapping[str, Format]] = {
    "/robot/v1/metadata/x509": Format.CERTIFICATES,
    "/robot/v1/metadata/jwk": Format.JWKS,
    "/service_accounts/v1/metadata/x509": Format.CERTIFICATES,
    "/service_accounts/v1/jwk": Format.JWKS,
}
KEY_DOCUMENTS: Final = (
    KeyDocument("/.well-known/jwks.json", Format.JWKS),
    KeyDocument("/certs", Format.JWKS),
    KeyDocument("/oauth2/v3/certs", Format.JWKS),
    KeyDocument("/oauth2/v1/certs", Format.CERTIFICATES),
    KeyDocument("/iap/verify/public_key-jwk", Format.JWKS, "ES256"),
    KeyDocument("/iap/verify/public_key", Format.PUBLIC_KEYS, "ES256"),
    KeyDocument("/identitytoolkit/v3/relyingparty/publicKeys", Format.CERTIFICATES, "RS256"),
    *(
        KeyDocument(f"{prefix}/{SECURE_TOKEN_ACCOUNT}", format_, "RS256")
        for prefix, format_ in _ACCOUNT_PREFIXES.items()
    ),
    *(KeyDocument(f"{prefix}/{ACCOUNT}", format_) for prefix, format_ in _ACCOUNT_PREFIXES.items()),
)
"""All key documents. The first is the one that discovery names."""
_BY_PATH: Final[Mapping[str, KeyDocument]] = {each.path: each for each in KEY_DOCUMENTS}


def find_key_document(path: str) -> KeyDocument | None:
    """Return the document at *path*, which may name a service account; None if there is none."""
    document = _BY_PATH.get(path)
    if document is not None:
        return document
    prefix, _, account = path.rpartition("/")
    return _BY_PATH.get(f"{prefix}/{ACCOUNT}") if account else None


def find_endpoint(path: str) -> str:
    """Return the path of an endpoint as faults name it: that of its key document, if it has one."""
    document = find_key_document(path)
    return path if document is None else document.path
