"""Debian's `docker-registry` as a process, and ORAS, which `ci/publish-simulator.sh` builds."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.machine import INSTALL_TIMEOUT_S, ROOT, install_debian
from tests.publishing.servers import run_server
from tests.services import find_free_port, read_untraced_environ

CONFIGURATION: Final = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@contextmanager
def run_registry(folder: Path) -> Iterator[str]:
    """Run the registry with its content in *folder*, and yield its address.

    Docker and ORAS use HTTP, since the name in the address is `localhost`.
    """
    program = install_debian("docker-registry", folder=ROOT / ".cache/docker-registry")
    port = find_free_port()
    configuration = folder / "registry.yaml"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port), encoding="utf-8")
    command: list[str | Path] = [program / "usr/bin/docker-registry", "serve", configuration]
    url = f"http://127.0.0.1:{port}/v2/"
    with run_server(command, url, folder / "log", read_untraced_environ()):
        yield f"localhost:{port}"


def oras(*arguments: str | Path) -> str:
    """Run ORAS and return its output."""
    locked = ["git", "hash-object", "ci/oras/go.sum"]
    version = subprocess.check_output(locked, cwd=ROOT, text=True).strip()
    command = [ROOT / ".cache/oras" / version / "oras", *arguments]
    return subprocess.check_output(command, text=True, timeout=INSTALL_TIMEOUT_S)
