"""Settings that close findings, as changes to an application that the probe tries."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from tests.login_clients.application import HERE, Application, Launch, Place
from tests.login_clients.compiled import GO_BUILT
from tests.machine import run

GO_LOGIN: Final = GO_BUILT / "login"
INSTALLED: Final = ("node_modules", ".venv")


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """A setting, or a change of the program, that closes findings.

    Attributes:
        checks: The checks that fail without it, and pass with it.
        text: What to set, for the page.
        environ: More environment variables.
        changes: Texts in the files of the application, and what replaces them.
    """

    checks: tuple[str, ...]
    text: str
    environ: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)

    def apply(self, application: Application) -> Application:
        """Return the application with this remedy."""
        return replace(application, launch=lambda place: self._change(application, place))

    def _change(self, application: Application, place: Place) -> Launch:
        launch = application.launch(place)
        command = launch.command
        if self.changes:
            command = change_program(command, self.changes, place.state / "changed")
        return Launch(command, {**launch.environ, **self.environ})


def change_program(
    command: tuple[str | Path, ...], changes: Mapping[str, str], folder: Path
) -> tuple[str | Path, ...]:
    """Return *command* for a copy of its program in *folder*, with *changes*."""
    (program,) = [part for part in command if isinstance(part, Path) and is_source(part)]
    source = HERE / program.relative_to(HERE).parts[0] if program != GO_LOGIN else HERE / "go"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(*INSTALLED, "__pycache__"))
    for name in INSTALLED:
        if (source / name).exists():
            (folder / name).symlink_to(source / name)
    for old, new in changes.items():
        (file,) = [file for file in folder.rglob("*") if contains(file, old)]
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    if program == GO_LOGIN:
        changed = folder / "login"
        run("go", "build", "-o", changed, cwd=folder, environ={**os.environ, "CGO_ENABLED": "0"})
    else:
        changed = folder / program.relative_to(source)
    return tuple(changed if part is program else part for part in command)


def is_source(path: Path) -> bool:
    is_of_tests = path.is_relative_to(HERE) and not set(INSTALLED) & set(path.parts)
    return is_of_tests or path == GO_LOGIN


def contains(file: Path, text: str) -> bool:
    is_text = file.is_file() and not set(INSTALLED) & set(file.parts)
    return is_text and text in file.read_text(encoding="utf-8")
