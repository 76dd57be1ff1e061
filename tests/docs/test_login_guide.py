"""The examples of the login guide are the applications and programs that the login tests start."""

from pathlib import Path
from typing import Final

import pytest

from tests.docs.pages import ROOT, Page
from tests.login_clients.application import HERE, Place
from tests.login_clients.compiled import APPLICATIONS as COMPILED
from tests.login_clients.scripts import APPLICATIONS as SCRIPTS
from tests.login_clients.test_programs import COMMANDS

pytestmark = pytest.mark.requirement("OPS-6")

PAGE: Final = Page("docs/guides/login.md")
SHOWN: Final = [
    path for block in PAGE.blocks for use, _, path in [block.use.partition(" ")] if use == "file"
]
SOURCES: Final = (HERE / "spring/src",)
"""Folders whose files are compiled into an application."""


def find_started(state: Path) -> set[Path]:
    """Return the files in the commands of all applications and programs."""
    place = Place(issuer_url="http://issuer", port=1, upstream_url="http://upstream", state=state)
    launches = [each.launch(place) for each in [*COMPILED.values(), *SCRIPTS.values()]]
    words = [word for launch in launches for word in (*launch.command, *launch.environ.values())]
    return {Path(word) for command in (words, *COMMANDS.values()) for word in command}


def test_page_shows_an_example_of_each_library() -> None:
    folders = [Path(path).relative_to("tests/login_clients").parts[0] for path in SHOWN]

    assert sorted(folders) == [
        "java", "node", "node", "node", "oauth2_proxy", "oauth2_proxy", "python", "spring", "spring"
    ]  # fmt: skip


@pytest.mark.parametrize("path", SHOWN)
def test_example_is_what_a_test_starts(path: str, tmp_path: Path) -> None:
    file = ROOT / path

    assert file in find_started(tmp_path) or any(file.is_relative_to(each) for each in SOURCES)
