"""Chromium: the one that is installed, or Debian's, unpacked below `.cache` without root."""

import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from tests.machine import ROOT, build_debian_environ, install_debian
from tests.services import read_clean_environ

COMMANDS: Final = ("chromium", "chromium-browser", "google-chrome")
DEBIAN: Final = ROOT / ".cache/chromium"
STOP_TIMEOUT_S: Final = 60


class Chromium(NamedTuple):
    """A program, and the environment variables that it needs."""

    path: Path
    environ: dict[str, str]


def find_chromium() -> Chromium:
    """Return the Chromium or Chrome of this machine; download one if there is none.

    Raises:
        MissingError: The download fails.
    """
    for command in COMMANDS:
        if path := shutil.which(command):
            return Chromium(Path(path), {})
    root = install_debian("chromium", folder=DEBIAN)
    return Chromium(root / "usr/lib/chromium/chromium", build_debian_environ(root))


class Driver:
    """A running Chromium without a window, driven by a script with playwright-core.

    Each line on the standard input of the script is one action with its arguments, such as
    `["click", "text=Cancel"]`. Each line of its output is `{"result": …}` or `{"failure": …}`.
    """

    def __init__(self, script: Path) -> None:
        chromium = find_chromium()
        self._process = subprocess.Popen(
            ["node", script, chromium.path],
            env=read_clean_environ() | chromium.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=STOP_TIMEOUT_S)  # it ends with its input

    def act(self, *action: object) -> Any:
        """Let the script act, and return the result."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(action)}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "Chromium ended; its error output is above"
        outcome = json.loads(line)
        assert "failure" not in outcome, outcome["failure"]
        return outcome["result"]
