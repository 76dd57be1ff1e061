"""Cache of installations: one folder for each content of the files that pin the versions."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.errors import NotMeasuredHereError

PINS: Final = Path(__file__).parent
_MAX_INSTALL_S: Final = 300


def install_once(
    cache: Path, name: str, pins: Sequence[str], install: Callable[[Path], None]
) -> Path:
    """Return the folder below *cache* with the packages that *pins* name; install them once."""
    digest = hashlib.sha256(b"".join((PINS / pin).read_bytes() for pin in pins)).hexdigest()[:16]
    folder = cache / f"{name}-{digest}"
    if not folder.exists():
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for pin in pins:
            shutil.copy(PINS / pin, partial)
        install(partial)
        partial.rename(folder)
    return folder


def run_installer(
    command: Sequence[str | Path], folder: Path, environ: Mapping[str, str] | None = None
) -> str:
    """Run an installer in *folder* and return its output.

    Raises:
        NotMeasuredHereError: the installer is missing, takes too long, or fails; the message has
            its last line of output.
    """
    tool = Path(command[0]).name
    try:
        finished = subprocess.run(
            command,
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=_MAX_INSTALL_S,
        )
    except FileNotFoundError as error:
        message = f"no {tool}"
        raise NotMeasuredHereError(message) from error
    except subprocess.TimeoutExpired as error:
        message = f"{tool} took more than {_MAX_INSTALL_S} s"
        raise NotMeasuredHereError(message) from error
    if finished.returncode != 0:
        last_line = (finished.stderr or finished.stdout).strip().rpartition("\n")[2].strip()
        message = f"{tool} failed: {last_line}"
        raise NotMeasuredHereError(message)
    return finished.stdout
