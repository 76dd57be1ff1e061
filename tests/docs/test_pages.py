"""Every page: its commands and code say how they are tested, and its links lead somewhere."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import ROOT, Page, list_pages

pytestmark = pytest.mark.requirement("OPS-6")

USES: Final = {
    "sh": {
        "run",
        "tour",
        "session",
        "stack",
        "install",
        "include",
        "docker",
        "swarm",
        "cluster",
        "not-run",
    },
    "bash": {"not-run"},
    "console": {"session", "help", "report", "not-run"},
    "python": {"run", "pytest", "not-run"},
}
"""How blocks of a language are tested; CONTRIBUTING.md explains each."""
FILE_USE: Final = "file "
"""How the use of a block begins that shows a file: the path follows."""
RUN_AS_A_WHOLE: Final = {
    ("packages/bounded-http/", "python"),
    ("packages/jwt-core/", "python"),
    ("packages/proxy-guard/README.md", "console"),
}
"""Page or folder, and a language of which a test of that package runs every block."""
PAGES: Final = [pytest.param(page, id=page.path) for page in list_pages()]
SCHEMES: Final = {"http", "https", "mailto"}


@pytest.mark.parametrize("page", PAGES)
def test_block_says_how_it_is_tested(page: Page) -> None:
    wrong = [
        f"```{block.language} {block.use}\n{block.text}"
        for block in page.blocks
        if block.language in USES
        and not any(
            page.path.startswith(place) and block.language == language
            for place, language in RUN_AS_A_WHOLE
        )
        and block.use not in USES[block.language]
        and not block.use.startswith(FILE_USE)
    ]

    assert not wrong, "see 'How pages are tested' in CONTRIBUTING.md:\n" + "\n".join(wrong)


@pytest.mark.parametrize("page", PAGES)
def test_block_that_shows_a_file_is_the_file(page: Page) -> None:
    shown = [block for block in page.blocks if block.use.startswith(FILE_USE)]
    wrong = [
        path
        for block in shown
        if block.text != (ROOT / (path := block.use.removeprefix(FILE_USE))).read_text("utf-8")
    ]

    assert not wrong, f"copy {', '.join(wrong)} into {page.path}"


@pytest.mark.parametrize("page", PAGES)
def test_link_leads_somewhere(page: Page) -> None:
    wrong = [link for link in page.links if not is_valid(link, page)]

    assert not wrong


def is_valid(link: str, page: Page) -> bool:
    """Return whether the target exists; of a link to another host, whether it is a URL."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return parts.scheme in SCHEMES and bool(parts.netloc or parts.path)
    target = (ROOT / page.path).parent / unquote(parts.path) if parts.path else ROOT / page.path
    if not target.exists() or not target.resolve().is_relative_to(ROOT):
        return False
    if not parts.fragment or target.suffix != ".md":
        return True
    return parts.fragment in Page(str(target.resolve().relative_to(ROOT))).anchors


@pytest.mark.parametrize(
    "link",
    [
        "docs/nope.md",
        "docs/start.md#nope",
        "#nope",
        "../",
        "htp://example.com",
        "https://",
    ],
)
def test_dead_link_is_noticed(link: str) -> None:
    assert not is_valid(link, Page("README.md"))


def test_index_lists_every_page() -> None:
    index = Page("docs/README.md")
    listed = {(ROOT / "docs" / urlsplit(link).path).resolve() for link in index.links}
    pages = {(ROOT / page.path) for page in list_pages() if Path(page.path).parts[0] == "docs"}

    assert pages - listed == {ROOT / "docs/README.md"}


def test_readme_counts_the_defects_and_faults() -> None:
    readme = Page("README.md").text
    defects = re.search(r"^(\d+) defects:", Page("docs/defects.md").text, re.MULTILINE)
    section = Page("docs/reference/http.md").text.partition("\n## Faults\n")[2]
    kinds = re.findall(r"`[\w-]+`", "".join(re.findall(r"^\| `.*?\|", section, re.MULTILINE)))

    assert defects
    assert f"[{defects[1]} defective tokens]" in readme
    assert f"{len(kinds)} faults of its endpoints" in readme
