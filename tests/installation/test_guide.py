"""The blocks of the guide run in an empty project, and install the issuer from a clone."""

import os
import shlex
from pathlib import Path
from typing import Final

import pytest

from tests.clone import Clone
from tests.docs.pages import Block, find_blocks
from tests.installation.conftest import Installers

pytestmark = [
    pytest.mark.requirement("OPS-7", "SEP-6"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

PRINT_UV: Final = "import os; print(os.environ['UV'])"  # uv sets it for its subprocesses
PAGE: Final = "docs/guides/install.md"
BLOCKS: Final = [
    pytest.param(block, id=block.text.partition("#subdirectory")[0].strip())
    for block in find_blocks("sh", "install")
]


def read_block(language: str, use: str) -> str:
    (block,) = (block for block in find_blocks(language, use) if block.page == PAGE)
    return block.text


@pytest.fixture
def commands(installers: Installers) -> Path:
    """Return the folder of the commands that a user has: uv, uvx, and what they install."""
    # Not ci/uv, which would call itself: it prefers the uv of the PATH.
    uv = installers.uv("run", "--no-project", "python", "-c", PRINT_UV).stdout.strip()
    folder = Path(installers.environ["UV_TOOL_BIN_DIR"])
    folder.mkdir()
    (folder / "uv").symlink_to(uv)
    uvx = folder / "uvx"
    uvx.write_text(f'#!/bin/sh\nexec {shlex.quote(uv)} tool run "$@"\n', encoding="utf-8")
    uvx.chmod(0o755)
    return folder


@pytest.mark.parametrize("block", BLOCKS)
def test_block_installs_the_issuer(
    block: Block, installers: Installers, clone: Clone, commands: Path
) -> None:
    installers.make_project()
    (installers.folder / "test_token.py").write_text(read_block("python", "pytest"), "utf-8")
    (installers.folder.parent / "repository").symlink_to(clone.folder)
    path = [str(commands), installers.environ["PATH"]]
    if block.text.startswith("pip"):
        has_pipx = block.text.startswith("pipx")
        make = installers.make_environment if has_pipx else installers.make_empty_environment
        path.insert(0, str(make().folder / "bin"))

    outcome = installers.run("bash", "-eux", "-c", block.text, PATH=os.pathsep.join(path))

    installers.index.assert_untouched()
    if "pytest\n" in block.text:
        assert "1 passed" in outcome.stdout
    if "--version" in block.text:
        assert outcome.stdout.splitlines()[-1].startswith("token-issuer 0")


def test_line_of_a_requirements_file_names_the_issuer(installers: Installers) -> None:
    environment = installers.make_environment()
    requirements = installers.folder / "requirements-dev.txt"
    requirements.write_text(read_block("text", "requirements"), "utf-8")

    environment.pip("install", "--dry-run", "--requirement", requirements)

    installers.index.assert_untouched()
