"""A package index with malicious packages under our names, and with the libraries that we need."""

import io
import re
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

OUR_NAMES: Final = ("bounded-http", "jwt-core", "proxy-guard", "reference-proxy", "token-issuer")
_VERSION: Final = "999.0"
_METADATA: Final = "Metadata-Version: 2.1\nName: {name}\nVersion: 999.0\nProvides-Extra: remote\n"
_WHEEL: Final = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_LEAVE_MARK: Final = "open({mark!r}, 'w').close()\n"
_SETUP: Final = (
    "from setuptools import setup\nsetup(name={name!r}, version='999.0', packages=[{package!r}])\n"
)


@dataclass(frozen=True)
class PoisonedIndex:
    """A running index.

    Attributes:
        url: The URL for `--index-url`.
        mark: A file that exists if malicious code was executed.
        requested: The names that were looked up.
    """

    url: str
    mark: Path
    requested: list[str] = field(default_factory=list)

    def assert_untouched(self) -> None:
        """Fail if one of our names was looked up, or malicious code was executed."""
        assert not set(self.requested) & set(OUR_NAMES)
        assert not self.mark.exists()


@contextmanager
def run_poisoned_index(libraries: Path, mark: Path) -> Iterator[PoisonedIndex]:
    """Serve the index on a free port.

    Args:
        libraries: A folder with wheels, which are also offered.
        mark: The file that the malicious packages write.
    """
    files = {path.name: path.read_bytes() for path in libraries.glob("*.whl")}
    for name in OUR_NAMES:
        files |= _make_malicious_distributions(name, mark)
    requested: list[str] = []
    handler = type("Handler", (_Handler,), {"files": files, "requested": requested})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield PoisonedIndex(f"http://127.0.0.1:{server.server_port}/simple/", mark, requested)
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """The simple repository API (PEP 503)."""

    files: Mapping[str, bytes]
    requested: list[str]

    def do_GET(self) -> None:
        name, _, file = self.path.removeprefix("/simple/").partition("/")
        self.requested.append(name)
        if file:
            self._respond("application/octet-stream", self.files[file])
            return
        links = [
            f'<a href="{file}">{file}</a>'
            for file in self.files
            if re.sub(r"[-_.]+", "-", file.partition("-")[0]).lower() == name
        ]
        self._respond("text/html", "\n".join(links).encode())

    do_HEAD = do_GET  # noqa: N815  # of the base class

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # of the base class
        """Print nothing."""

    def _respond(self, media_type: str, body: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def _make_malicious_distributions(name: str, mark: Path) -> dict[str, bytes]:
    """Return a wheel that leaves a mark when imported, and an sdist that also does when built."""
    package = name.replace("-", "_")
    stem = f"{package}-{_VERSION}"
    metadata = _METADATA.format(name=name)
    code = _LEAVE_MARK.format(mark=str(mark))
    members = {
        f"{package}/__init__.py": code,
        f"{stem}.dist-info/METADATA": metadata,
        f"{stem}.dist-info/WHEEL": _WHEEL,
    }
    record = f"{stem}.dist-info/RECORD"
    members[record] = "".join(f"{member},,\n" for member in [*members, record])
    wheel, sdist = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    with tarfile.open(fileobj=sdist, mode="w:gz") as tar:
        for member, text in {
            "setup.py": code + _SETUP.format(name=name, package=package),
            "PKG-INFO": metadata,
            f"{package}/__init__.py": code,
        }.items():
            entry = tarfile.TarInfo(f"{stem}/{member}")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return {f"{stem}-py3-none-any.whl": wheel.getvalue(), f"{stem}.tar.gz": sdist.getvalue()}
