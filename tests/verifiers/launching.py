"""The command and environment of each service, and the helper services that it needs."""

import shutil
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from json import load
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.machine import build_debian_environ
from tests.services import read_clean_environ, run_upstream
from tests.verifiers.catalogue import Runtime, Verifier
from tests.verifiers.installing import HERE, NODE_PROJECT, PYTHON, UNPACKED
from tests.verifiers.tls_front import run_tls_front

AUDIENCE: Final = "stream-watcher-docker"
JWKS_PATH: Final = "/.well-known/jwks.json"


@dataclass(frozen=True, slots=True)
class Place:
    """Resources of a service.

    Attributes:
        issuer_url: URL of the issuer that it trusts; also the `iss` of its tokens.
        port: Port of the service.
        state: Folder for the files of the service.
        stack: Stops the helper services at the end.
    """

    issuer_url: str
    port: int
    state: Path
    stack: ExitStack


@dataclass(frozen=True, slots=True)
class Launch:
    """A command and its environment."""

    command: tuple[str | Path, ...]
    environ: dict[str, str]


def plan_launch(verifier: Verifier, place: Place) -> Launch:
    """Return the command of the service around *verifier*, and start its helper services."""
    settings = {
        **read_clean_environ(),
        "PORT": str(place.port),
        "ISSUER": place.issuer_url,
        "AUDIENCE": AUDIENCE,
        "JWKS_URI": place.issuer_url + JWKS_PATH,
    }
    match verifier.runtime:
        case Runtime.PYTHON:
            return Launch((PYTHON, HERE / "python" / verifier.program), settings)
        case Runtime.NODE:
            node = shutil.which("node") or "node"
            return Launch((node, NODE_PROJECT / verifier.program), settings)
        case Runtime.WORKSPACE:
            return plan_reference_proxy(verifier, place, settings)
        case Runtime.DEBIAN:
            plan = {"apache.conf": plan_apache, "haproxy.cfg": plan_haproxy}[verifier.program]
            return plan(HERE / "debian" / verifier.program, place, settings)


def plan_reference_proxy(verifier: Verifier, place: Place, settings: dict[str, str]) -> Launch:
    """Configure the reference proxy of this repository, and start an upstream behind it."""
    environ = settings | {
        "NODE_ENV": "test",
        "JWT_JWKS_URI": settings["JWKS_URI"],
        "JWT_ISSUER": place.issuer_url,
        "JWT_AUDIENCE": AUDIENCE,
        "JWKS_COOLDOWN_S": "1",
        "UPSTREAM_URL": place.stack.enter_context(run_upstream()),
        "PROXY_PORT": str(place.port),
    }
    return Launch((verifier.program,), environ)


def plan_apache(config: Path, place: Place, settings: dict[str, str]) -> Launch:
    """Configure Apache with the keys over HTTPS and a protected page."""
    page = place.state / "html/index.html"
    page.parent.mkdir()
    page.write_text("accepted\n", encoding="utf-8")
    front = place.stack.enter_context(run_tls_front(place.issuer_url, place.state / "tls.pem"))
    environ = settings | {
        "JWKS_URI": front + JWKS_PATH,
        "APACHE_ROOT": str(UNPACKED),
        "STATE": str(place.state),
    }
    command = (UNPACKED / "usr/sbin/apache2", "-DFOREGROUND", "-f", config)
    return Launch(command, environ | build_debian_environ(UNPACKED))


def plan_haproxy(config: Path, place: Place, settings: dict[str, str]) -> Launch:
    """Configure HAProxy with the public key in a file, since it cannot fetch keys."""
    with urllib.request.urlopen(f"{place.issuer_url}/oauth2/v1/certs", timeout=10) as answer:  # noqa: S310  # http, from the runner
        (certificate,) = load(answer).values()
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    file = place.state / "issuer.pub"
    file.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    command = (UNPACKED / "usr/sbin/haproxy", "-db", "-f", config)
    return Launch(command, settings | {"PUBLIC_KEY": str(file)} | build_debian_environ(UNPACKED))
