"""A package index with malicious packages under our names. It redirects all other names to PyPI."""

import io
import os
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

OUR_NAMES: Final = ("jwt-core", "proxy-guard", "reference-proxy", "token-issuer")
REAL_INDEX: Final = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
_VERSION: Final = "999.0"
_METADATA: Final = "Metadata-Version: 2.1\nName: {name}\nVersion: 999.0\nProvides-Extra: remote\n"
_SETUP: Final = (
    "open({mark!r}, 'w').close()\n"
    "from setuptools import setup\n"
    "setup(name={name!r}, version='999.0', packages=[{package!r}])\n"
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
def run_poisoned_index(mark: Path) -> Iterator[PoisonedIndex]:
    """Serve the index on a free port."""
    requested: list[str] = []
    files = {
        f"{name}/{file}": content
        for name in OUR_NAMES
        for file, content in _make_distributions(name, mark).items()
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _, _, path = self.path.partition("/simple/")
            name, _, file = path.partition("/")
            if name not in OUR_NAMES:
                requested.append(name)
                self.send_response(HTTPStatus.FOUND)
                self.send_header("Location", f"{REAL_INDEX}/{path}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            requested.append(name)
            links = [f'<a href="{key.partition("/")[2]}">{key}</a>' for key in files if name in key]
            body = files[path] if file else "\n".join(links).encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "application/zip" if file else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815  # of the base class

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # of the base class
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield PoisonedIndex(f"http://127.0.0.1:{server.server_port}/simple/", mark, requested)
        server.shutdown()
        thread.join()


def _make_distributions(name: str, mark: Path) -> dict[str, bytes]:
    """Return a wheel whose import leaves a mark, and a newer sdist whose build leaves it."""
    package = name.replace("-", "_")
    metadata = _METADATA.format(name=name)
    code = f"open({str(mark)!r}, 'w').close()\n"
    info = f"{package}-{_VERSION}.dist-info"
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        members = {
            f"{package}/__init__.py": code,
            f"{info}/METADATA": metadata,
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{member},,\n" for member in [*members, f"{info}/RECORD"])
        for member, text in {**members, f"{info}/RECORD": record}.items():
            archive.writestr(member, text)
    sdist = io.BytesIO()
    with tarfile.open(fileobj=sdist, mode="w:gz") as tar:
        for member, text in {
            "setup.py": _SETUP.format(mark=str(mark), name=name, package=package),
            "PKG-INFO": metadata,
            f"{package}/__init__.py": code,
        }.items():
            entry = tarfile.TarInfo(f"{package}-{_VERSION}/{member}")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return {
        f"{package}-{_VERSION}-py3-none-any.whl": wheel.getvalue(),
        f"{package}-{_VERSION}.tar.gz": sdist.getvalue(),
    }
