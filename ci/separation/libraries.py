"""The libraries with native code that the scan needs; a zip archive cannot contain them.

If this Python has them in the locked version or a newer one, they are used. Otherwise the locked
versions are installed once, into a folder of a cache, and their hashes are checked.
"""

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

_TIMEOUT_S: Final = 300
_REQUIREMENT: Final = re.compile(
    r"(?P<name>[\w-]+)==(?P<version>[\d.]+)"
    r"(?: ; python_full_version < '(?P<end>\d+\.\d+)')?(?: --hash=sha256:[0-9a-f]{64})+"
)
_REMEDY: Final = (
    "run it once with access to PyPI or to your index (PIP_INDEX_URL, UV_DEFAULT_INDEX), or install"
    " these versions or newer ones into this Python"
)


class LibrariesError(Exception):
    """The libraries are missing and cannot be installed; the message has the remedy."""


def provide(
    requirements: Sequence[str],
    find_cache: Callable[[], Path],
    find_uv: Callable[[Path], Path],
) -> None:
    """Make the libraries importable.

    Args:
        requirements: The requirements of this Python and of others, with hashes.
        find_cache: Returns the folder of all installed versions.
        find_uv: Returns the path of the program `ci/uv`, which installs if this Python has no pip;
            its argument is that folder.

    Raises:
        LibrariesError: they are missing and cannot be installed.
    """
    if missing := list(_list_missing(requirements)):
        cache = find_cache()
        text = "\n".join(requirements)
        kind = f"{text} {sysconfig.get_config_var('EXT_SUFFIX')}"
        folder = cache / hashlib.sha256(kind.encode()).hexdigest()[:16]
        try:
            if not folder.exists():
                _install(text, folder, lambda: find_uv(cache))
        except (OSError, subprocess.SubprocessError, LibrariesError) as error:
            reason = f"{' and '.join(missing)} cannot be installed into {folder}: {error}"
            message = f"{reason}\ncheck-separation: {_REMEDY}"
            raise LibrariesError(message) from None
        sys.path.insert(1, str(folder))


def _list_missing(requirements: Sequence[str]) -> Iterator[str]:
    for requirement in requirements:
        parts = _REQUIREMENT.fullmatch(requirement)
        if parts is None:
            message = f"cannot be read: {requirement[:80]}"
            raise LibrariesError(message)
        is_built_in = parts["end"] and sys.version_info >= _parse_version(parts["end"])
        if not is_built_in and not _is_installed(parts["name"], _parse_version(parts["version"])):
            yield f"{parts['name']} {parts['version']}"


def _is_installed(name: str, minimum: tuple[int, ...]) -> bool:
    try:
        return _parse_version(metadata.version(name)) >= minimum
    except metadata.PackageNotFoundError:
        return False


def _parse_version(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


def _install(requirements: str, folder: Path, find_uv: Callable[[], Path]) -> None:
    """Install into a new folder and give it its name, so that it is complete or absent."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="draft-") as name:
        draft = Path(name)
        (draft / "requirements.txt").write_text(requirements, encoding="ascii")
        options = (
            "install", "--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:",
            "--target", str(draft / "libraries"), "-r", str(draft / "requirements.txt"),
        )  # fmt: skip
        _run(*_find_installer(find_uv), *options)
        try:
            (draft / "libraries").rename(folder)
        except OSError:
            if not folder.exists():  # otherwise another process was faster
                raise


def _find_installer(find_uv: Callable[[], Path]) -> Sequence[str]:
    """Return the command of pip, or of uv if this Python has no pip."""
    if importlib.util.find_spec("pip") is not None:
        return (sys.executable, "-P", "-m", "pip", "--disable-pip-version-check")
    return (sys.executable, str(find_uv()), "pip")


def _run(*command: str) -> None:
    # Options of pip that a user has set must not contradict `--target`.
    environ = os.environ | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    if "-m" not in command:  # uv
        command = (*command, "--python", sys.executable)
    outcome = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S
    )
    if outcome.returncode != 0:
        lines = [line.strip() for line in outcome.stderr.splitlines() if line.strip()]
        message = lines[-1] if lines else f"{command[0]} exited with {outcome.returncode}"
        raise LibrariesError(message)
