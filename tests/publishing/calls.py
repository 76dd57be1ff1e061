"""Which files of this repository a script or a workflow calls, includes or builds from."""

import re
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
WORKFLOWS: Final = ".github/workflows"
SCAN: Final = "ci/check-separation"
"""Not followed: it recognizes the simulator by comparison with the simulator's sources."""
_TOKEN: Final = re.compile(r"[\w./-]+")


def list_tracked_files() -> set[str]:
    """Return the names of all files that git tracks or would track."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    return set(subprocess.check_output(listed, cwd=ROOT, text=True).split("\0")) - {""}


def is_code(name: str) -> bool:
    """Return whether a file is a script, a workflow or part of the build of an image."""
    folder, _, base = name.rpartition("/")
    return folder in {"ci", ".ci", WORKFLOWS} or base.startswith("Dockerfile")


def follow_calls(*names: str) -> dict[str, str]:
    """Return the content of *names* and of all code that they mention, directly or not."""
    tracked = list_tracked_files()
    waiting, followed = list(names), dict[str, str]()
    while waiting:
        name = waiting.pop()
        text = followed[name] = (ROOT / name).read_text(encoding="utf-8")
        mentioned = {token.removeprefix("./") for token in _TOKEN.findall(text)}
        if name.rpartition("/")[2].startswith("Dockerfile"):
            mentioned.add(f"{name}.dockerignore")
        waiting += [
            other
            for other in mentioned & tracked
            if is_code(other) and other not in {*followed, *waiting, SCAN}
        ]
    return followed
