"""The tracked pages, their fenced blocks, headings and links."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_LISTED: Final = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
_FENCE: Final = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"(?<=\]\()[^()\s]+(?:\([^()\s]*\)[^()\s]*)*(?=\))|(?<=<)https?://[^>]+")
_HEADING: Final = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)
_ANCHOR: Final = re.compile(r'<a id="([^"]+)">')


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        page: The path of the page, from the root.
        language: The first word of the info string.
        use: The rest of it, which says how a test uses the block; empty without one.
        text: The lines between the fences.
    """

    page: str
    language: str
    use: str
    text: str


@dataclass(frozen=True)
class Page:
    """A Markdown page; *path* is relative to the root."""

    path: str

    @property
    def text(self) -> str:
        """The whole page."""
        return (ROOT / self.path).read_text(encoding="utf-8")

    @property
    def blocks(self) -> list[Block]:
        """The fenced blocks, in order."""
        blocks = []
        for match in _FENCE.finditer(self.text):
            language, _, use = match["info"].partition(" ")
            blocks.append(Block(self.path, language, use, match["text"]))
        return blocks

    @property
    def links(self) -> list[str]:
        """The targets of all links outside of fenced blocks and code."""
        return _LINK.findall(re.sub(r"`[^`\n]*`", "", self._prose))

    @property
    def anchors(self) -> set[str]:
        """The fragments that links to this page may have, as GitHub names them."""
        names: list[str] = []
        for heading in _HEADING.findall(self._prose):
            text = re.sub(r"\]\([^)]*\)|[`*\[\]]", "", heading).lower()
            slug = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
            count = sum(name == slug for name in names)
            names += [slug, f"{slug}-{count}"] if count else [slug]
        return {*names, *_ANCHOR.findall(self._prose)}

    @property
    def _prose(self) -> str:
        return _FENCE.sub("", self.text)


def list_pages() -> list[Page]:
    """Return all pages that git tracks or could track."""
    names = subprocess.check_output(_LISTED, cwd=ROOT, text=True).splitlines()
    return [Page(name) for name in sorted(names) if (ROOT / name).exists()]


def find_blocks(language: str, use: str) -> Iterator[Block]:
    """Yield the blocks with this language and use on all pages."""
    for page in list_pages():
        for block in page.blocks:
            if (block.language, block.use) == (language, use):
                yield block
