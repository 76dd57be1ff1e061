"""TLS connections to other services, with one set of certificate authorities for all of them."""

import ssl


def create_tls_context(ca_file: str) -> ssl.SSLContext:
    """Return the TLS settings of a client.

    Args:
        ca_file: PEM file of the accepted authorities; empty for those of the system.

    Raises:
        ValueError: The file cannot be read, or contains no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError):
        message = "expected a readable file with certificates in PEM"
        raise ValueError(message) from None
