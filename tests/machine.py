"""Commands of this machine, and Debian packages that are fetched without root."""

import fcntl
import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
INSTALL_TIMEOUT_S: Final = 300


class MissingError(Exception):
    """The machine lacks a requirement; the message has the remedy."""


def find_command(name: str, remedy: str) -> str:
    """Return the path of a command.

    Raises:
        MissingError: The command is missing; the message has the remedy.
    """
    path = shutil.which(name)
    if path is None:
        message = f"{name} is missing: {remedy}"
        raise MissingError(message)
    return path


def run(*command: str | Path, cwd: Path = ROOT, environ: dict[str, str] | None = None) -> str:
    """Run a command and return its output.

    Raises:
        MissingError: The command fails; the message has its output.
    """
    outcome = subprocess.run(
        command, cwd=cwd, env=environ, capture_output=True, text=True, check=False,
        timeout=INSTALL_TIMEOUT_S,
    )  # fmt: skip
    if outcome.returncode:
        output = f"{outcome.stderr}\n{outcome.stdout}".strip()  # Maven reports on the latter
        message = f"{' '.join(map(str, command[:4]))} … failed: {output}"
        raise MissingError(message)
    return outcome.stdout


def build_once(built: Path, sources: Iterable[Path], build: Callable[[Path], object]) -> Path:
    """Return the folder with what *build* makes of *sources*, from an earlier run if possible.

    Args:
        built: Folder of all builds.
        sources: The files that determine the result.
        build: Fills a folder. Only one process builds at a time.
    """
    content = b"".join(path.read_bytes() for path in sorted(sources))
    folder = built / hashlib.sha256(content).hexdigest()[:16]
    built.mkdir(parents=True, exist_ok=True)
    with (built / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = built / "draft"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            build(draft)
            draft.rename(folder)
    return folder


def download_debian(*names: str, folder: Path, dependencies: bool = False) -> list[Path]:
    """Download packages of Debian 12 into *folder*, and return the archives.

    The lists of packages are in *folder* too, so this needs no root and waits for no other apt-get.

    Args:
        names: Names of packages.
        folder: A folder, which this creates.
        dependencies: Whether to add the dependencies that this machine lacks.

    Raises:
        MissingError: There is no apt-get, or it fails.
    """
    find_command("apt-get", "the packages come from Debian 12; run this on Debian 12")
    lists, archives = folder / "lists", folder / "archives"
    for created in (lists / "partial", archives / "partial"):
        created.mkdir(parents=True, exist_ok=True)
    apt = (
        "apt-get",
        f"--option=Dir::State::Lists={lists}",
        f"--option=Dir::Cache={folder}",
        "--option=APT::Sandbox::User=",  # the user _apt may not write into the folder
        "--quiet=2",
    )
    run(*apt, "update")
    if dependencies:
        wanted = ("install", "--reinstall", "--yes", "--no-install-recommends", *names)
        listing = run(*apt, "--print-uris", *wanted)
        names = tuple(re.findall(r"^'\S+' ([^_\s]+)_\S+\.deb ", listing, re.MULTILINE))
    run(*apt, "download", *names, cwd=archives)
    return sorted(archives.glob("*.deb"))


def unpack_debian(archives: list[Path], folder: Path) -> Path:
    """Unpack the files of packages into *folder*, and return it."""
    for archive in archives:
        run("dpkg-deb", "--extract", archive, folder)
    return folder


def install_debian(*names: str, folder: Path) -> Path:
    """Unpack packages, and their dependencies that this machine lacks, into `root` in *folder*.

    If it exists already, or another process is at it, this makes nothing new.

    Raises:
        MissingError: The packages cannot be downloaded.
    """
    root, partial = folder / "root", folder / "partial"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            shutil.rmtree(partial, ignore_errors=True)
            archives = download_debian(*names, folder=folder, dependencies=True)
            unpack_debian(archives, partial).rename(root)
    return root


def build_debian_environ(root: Path) -> dict[str, str]:
    """Return the environment variables with which programs unpacked in *root* find libraries.

    Some packages keep libraries in a folder of their own. The libraries that need these name it by
    its installed path, such as `/usr/lib/x86_64-linux-gnu/pulseaudio`.
    """
    roots = (root, root / "usr")  # Debian 12 has libraries in both
    folders = {path.parent for at in roots for path in at.glob("lib/*-linux-gnu/**/lib*.so*")}
    return {"LD_LIBRARY_PATH": ":".join(map(str, sorted(folders)))}
