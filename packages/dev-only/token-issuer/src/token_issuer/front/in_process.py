# DEV-ONLY: never ship to production.
"""Google's names in a test process: a TLS server, to which the names resolve.

Clients resolve a name and connect, so no proxy takes part. Clients that do not use the port of the
resolved address, such as asynchronous ones of httpx, cannot reach it.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from token_issuer.config.host_names import normalize_host_name
from token_issuer.front.proxy import Front, TlsEntrance
from token_issuer.front.running import LOOPBACK, build_context, create_identity, locate_issuer
from token_issuer.front.server import serve_in_thread
from token_issuer.front.trust import CA_VARIABLES, find_roots, write_trust_files
from token_issuer.google_hosts import HTTP_NAMES, HTTP_PORT, HTTPS_NAMES, HTTPS_PORT
from token_issuer.server.server import listen

_SERVICES: Final = {"https": HTTPS_PORT, "http": HTTP_PORT}


class GoogleNames(NamedTuple):
    """Where Google's names lead to, and what a test has to change.

    Attributes:
        ca_file: The certificates to trust: those of this machine, and the CA for Google's names.
        variables: The environment variables by which clients find the file, and use no proxy.
        resolve: The function that replaces `socket.getaddrinfo`.
    """

    ca_file: Path
    variables: Mapping[str, str]
    resolve: Any


@contextmanager
def answer_google_names(issuer: str, environ: Mapping[str, str]) -> Iterator[GoogleNames]:
    """Answer Google's names while the block runs; nothing resolves them yet.

    Args:
        issuer: The URL of the issuer.
        environ: The variables of the process.
    """
    address = locate_issuer(issuer)
    identity = create_identity()
    front = Front(address, build_context(identity))
    with (
        listen(LOOPBACK, 0) as listener,
        serve_in_thread(partial(TlsEntrance, front), listener),
        write_trust_files(find_roots(environ), identity.certificate_pem) as files,
    ):
        places = {(name, HTTPS_PORT): listener.getsockname()[:2] for name in HTTPS_NAMES}
        places |= {(name, HTTP_PORT): address for name in HTTP_NAMES}
        bypass = ",".join(filter(None, (*HTTPS_NAMES, *HTTP_NAMES, environ.get("NO_PROXY"))))
        variables = {
            **dict.fromkeys(CA_VARIABLES, str(files.pem)),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), bypass),
        }
        yield GoogleNames(files.pem, variables, partial(_resolve, socket.getaddrinfo, places))


def _resolve(
    original: Any,
    places: Mapping[tuple[str, int], tuple[str, int]],
    host: Any,
    port: Any,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Resolve a name as `socket.getaddrinfo` does, but Google's names to this machine."""
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    if isinstance(name, str):
        service = port.decode("latin-1") if isinstance(port, bytes) else port
        with suppress(ValueError, TypeError):  # the original function explains what is wrong
            number = _SERVICES.get(service) or int(service)
            host, port = places.get((normalize_host_name(name), number), (host, port))
    return original(host, port, *args, **kwargs)
