"""The peer from PyPI."""

from pathlib import Path
from typing import Final

from benchmarks.load import Request
from benchmarks.peers.cache import install_once, run_installer
from benchmarks.subjects import ROOT, Subject, build_login

OIDC_PROVIDER_MOCK: Final = "oidc-provider-mock"
_PINS: Final = ("requirements.txt",)


def install(cache: Path) -> list[Subject]:
    """Install the peer into its own virtual environment.

    Raises:
        NotMeasuredHereError: uv cannot install it.
    """
    folder = install_once(cache, "python", _PINS, _install)
    package = next(folder.glob(".venv/lib/*/site-packages/oidc_provider_mock-*.dist-info"))
    version = package.stem.rpartition("-")[2]
    command = (str(folder / ".venv/bin/python"), "-m", "oidc_provider_mock", "--port", "{port}")
    return [
        Subject(
            name=OIDC_PROVIDER_MOCK,
            version=version,
            command=command,
            jwks=Request("/jwks"),
            token=None,  # it signs only ID tokens, at the end of a browser flow
            login=build_login("/oauth2/authorize", "/oauth2/token", form="sub=alice"),
        )
    ]


def _install(folder: Path) -> None:
    uv = ROOT / "ci/uv"
    run_installer([uv, "venv", "--quiet", ".venv"], folder)
    run_installer(
        [
            *(uv, "pip", "install", "--quiet", "--require-hashes", "--compile-bytecode"),
            *("--python", ".venv", "--requirement", *_PINS),
        ],
        folder,
    )
