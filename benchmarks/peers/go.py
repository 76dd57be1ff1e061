"""The peer from the Go module proxy."""

import os
from pathlib import Path
from typing import Final

from benchmarks.load import Request
from benchmarks.peers.cache import install_once, run_installer
from benchmarks.subjects import Subject

JWKS_MOCK_API: Final = "jwks-mock-api"
_MODULE: Final = "github.com/shogotsuneto/jwks-mock-api"


def install(cache: Path) -> list[Subject]:
    """Build the peer with Go.

    Raises:
        NotMeasuredHereError: Go is missing or cannot build the peer.
    """
    folder = install_once(cache, "go", (), _install)
    binary = folder / JWKS_MOCK_API
    facts = run_installer(["go", "version", "-m", binary], folder).split()
    return [
        Subject(
            name=JWKS_MOCK_API,
            version=facts[facts.index("mod") + 2],
            command=(str(binary),),
            environ={
                "PORT": "{port}",
                "HOST": "127.0.0.1",
                "KEY_IDS": "key",
                "LOG_LEVEL": "error",
            },
            token=Request("/generate-token", "POST", '{"claims":{"sub":"benchmark"}}'),
        )
    ]


def _install(folder: Path) -> None:
    command = ["go", "install", f"{_MODULE}/cmd/{JWKS_MOCK_API}@latest"]
    run_installer(command, folder, {**os.environ, "GOBIN": str(folder)})
