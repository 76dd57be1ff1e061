# DEV-ONLY: never ship to production.
"""Failures of TLS in words, with a remedy where the reason is a setting."""

from collections.abc import Mapping
from typing import Final

from OpenSSL import SSL

_ERROR_PREFIX: Final = "ERR_"
_UNTRUSTED: Final = (
    "the client does not trust the certificate: give it the file of the CA, and a name that the"
    " certificate contains"
)
_REASONS: Final[Mapping[str, str]] = {
    "alert unknown ca": _UNTRUSTED,
    "alert bad certificate": _UNTRUSTED,
    "alert certificate unknown": _UNTRUSTED,
    "alert certificate expired": "the certificate has expired: start the server again",
    "unsupported protocol": "the client supports TLS 1.1 at most: use a client with TLS 1.2",
    "no suitable signature algorithm": "the server has no certificate for the requested name",
    "no shared cipher": "the server has no certificate for the requested name",
    "wrong version number": "the server does not speak TLS: use a URL that starts with http:",
}


def describe_verification(code: int) -> str:
    """Describe why a certificate is not trusted.

    >>> describe_verification(10)
    'its certificate is not trusted: cert has expired'
    """
    codes = vars(SSL.X509VerificationCodes).items()
    names = (name for name, value in codes if value == code and name.startswith(_ERROR_PREFIX))
    name = next(names, f"{_ERROR_PREFIX}error {code}")
    reason = name.removeprefix(_ERROR_PREFIX).replace("_", " ").lower()
    return f"its certificate is not trusted: {reason}"


def describe_failure(error: SSL.Error) -> str:
    """Describe *error* by the reason that OpenSSL names."""
    entries = error.args[0] if error.args else []
    reasons = [str(entry[-1]) for entry in entries if entry] if isinstance(entries, list) else []
    reason = reasons[-1] if reasons else type(error).__name__
    for end, description in _REASONS.items():
        if reason.endswith(end):
            return f"{reason}; {description}"
    return reason
