"""TLS terminator in front of the issuer, for a verifier that fetches keys only over HTTPS.

The same port also forwards plain HTTP, so that URLs of the issuer in tokens are reachable.
"""

import select
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST: Final = "127.0.0.1"
TLS_HANDSHAKE: Final = b"\x16"
RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
CHUNK_BYTES: Final = 65536


@contextmanager
def run_tls_front(upstream_url: str, certificate: Path) -> Iterator[str]:
    """Forward connections to *upstream_url* while the block runs.

    Args:
        upstream_url: The issuer.
        certificate: File to write the certificate and its key to; a verifier may trust this file.

    Yields:
        The https URL of the issuer.
    """
    write_certificate(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    address = urlsplit(upstream_url)
    with socket.create_server((HOST, 0)) as listener:
        threading.Thread(
            target=accept, args=(listener, context, (address.hostname, address.port)), daemon=True
        ).start()
        yield f"https://{HOST}:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)  # wakes the accept


def write_certificate(path: Path) -> None:
    """Write a self-signed certificate for 127.0.0.1 and its key into *path*."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509
        .CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def accept(listener: socket.socket, context: ssl.SSLContext, upstream: tuple[str, int]) -> None:
    """Serve each connection in a thread until the listener is closed."""
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=forward, args=(client, context, upstream), daemon=True).start()


def forward(client: socket.socket, context: ssl.SSLContext, upstream: tuple[str, int]) -> None:
    """Forward one connection, encrypted or not, until either side closes or resets it."""
    with suppress(OSError), client, socket.create_connection(upstream) as server:
        encrypted = client.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE
        near = context.wrap_socket(client, server_side=True) if encrypted else client
        with near:
            try:
                carry(near, server)
            except ConnectionResetError:
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)


def carry(near: socket.socket, far: socket.socket) -> None:
    """Copy data in both directions in one thread, since TLS sockets are not thread-safe."""
    while True:
        buffered = isinstance(near, ssl.SSLSocket) and near.pending()
        readable = [near] if buffered else select.select([near, far], [], [])[0]
        for source in readable:
            data = source.recv(CHUNK_BYTES)
            if not data:
                return
            (far if source is near else near).sendall(data)
