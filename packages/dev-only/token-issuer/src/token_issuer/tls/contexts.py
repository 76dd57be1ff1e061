# DEV-ONLY: never ship to production.
"""The settings of TLS connections: versions, certificates by name, and trusted authorities.

Spec: RFC 8446, RFC 5246, RFC 6066 §3, RFC 7301
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from cryptography import x509
from OpenSSL import SSL
from OpenSSL.crypto import X509, X509StoreFlags

from token_issuer.tls.credentials import Credential

_HTTP: Final = b"http/1.1"
_MAX_CREDENTIALS: Final = 256

Choose = Callable[[str | None], Credential | None]
"""Chooses by the name that the client asks for, if it names one; None refuses the connection."""


def build_server_context(choose: Choose) -> SSL.Context:
    """Return the settings of a server that speaks HTTP/1.1 over TLS 1.2 or later.

    Args:
        choose: Chooses what the server authenticates with. It must not raise an exception.
    """
    context = build_credential_context(None)
    build = lru_cache(_MAX_CREDENTIALS)(build_credential_context)

    def choose_context(connection: SSL.Connection) -> None:
        name = connection.get_servername()
        credential = choose(None if name is None else name.decode("ascii", "replace").lower())
        if credential is not None:  # otherwise there is no certificate, which ends the handshake
            connection.set_context(build(credential))

    context.set_tlsext_servername_callback(choose_context)
    return context


def build_client_context(authorities: Sequence[x509.Certificate]) -> SSL.Context:
    """Return the settings of a client that trusts *authorities*, and those of this machine."""
    context = _build_context(SSL.TLS_CLIENT_METHOD)
    context.set_alpn_protos([_HTTP])
    context.set_default_verify_paths()
    if (store := context.get_cert_store()) is not None:
        store.set_flags(X509StoreFlags.PARTIAL_CHAIN)  # they need not be self-signed
        for certificate in authorities:
            store.add_cert(X509.from_cryptography(certificate))
    context.set_verify(SSL.VERIFY_PEER, _note_error)
    return context


def build_credential_context(credential: Credential | None) -> SSL.Context:
    """Return the settings of a server that authenticates with *credential* only.

    Raises:
        SSL.Error: OpenSSL refuses the credential, such as a key that is too short.
    """
    context = _build_context(SSL.TLS_SERVER_METHOD)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET)
    context.set_alpn_select_callback(_select_protocol)
    if credential is not None:
        context.use_certificate(credential.chain[0])
        for certificate in credential.chain[1:]:
            context.add_extra_chain_cert(certificate)
        context.use_privatekey(credential.key)
    return context


def _build_context(method: int) -> SSL.Context:
    context = SSL.Context(method)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
    return context


def _note_error(
    connection: SSL.Connection, _certificate: X509, code: int, _depth: int, is_valid: int
) -> bool:
    """Keep the code of an error as the data of the connection, since its exception has none."""
    if not is_valid:
        connection.set_app_data(code)
    return bool(is_valid)


def _select_protocol(_connection: SSL.Connection, offered: list[bytes]) -> Any:
    return _HTTP if _HTTP in offered else SSL.NO_OVERLAPPING_PROTOCOLS
