"""The scan: opens artefacts and applies all checks to their content."""

import hashlib
import io
import os
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from separation.archives.embedded import Embedded, Finder
from separation.archives.formats import MAX_HEAD_BYTES, Format, Origin
from separation.archives.limits import MAX_DEPTH, BombError, Budget, LimitError
from separation.archives.members import (
    DAMAGE,
    DAMAGED,
    Member,
    OpaqueError,
    SalvagedError,
    rejoin,
)  # fmt: skip
from separation.archives.sources import make_spool
from separation.checks import CHECKS, find_in_path, is_exempt
from separation.content import Content
from separation.encoded import find_base64
from separation.findings import Finding
from separation.windows import MAX_WHOLE_BYTES, list_windows, read_ahead


class Scan:
    """A scan of artefacts.

    Args:
        skipped: Files that are not scanned, such as the certificate of the artefacts.

    Attributes:
        roots: The files and directories that were scanned.
        findings: The findings, without duplicates.
        unreadable: The files that could not be read, with the reason.
        files: The SHA-256 and the size in bytes of each scanned file, by path.
    """

    def __init__(self, skipped: Iterable[Path] = ()) -> None:
        self.roots: list[Path] = []
        self.findings: dict[Finding, None] = {}
        self.unreadable: dict[str, str] = {}
        self.files: dict[str, tuple[str, int]] = {}
        self._visited = set(map(os.path.realpath, skipped))
        # How many levels around the current content are decoded text that may not be base64.
        self._guesses = 0

    def scan_tree(self, root: Path) -> None:
        """Scan a file, or everything below a directory."""
        self.roots.append(root)
        waiting = [
            (root, os.path.realpath(root))
        ]  # not recursive, since directories may be nested very deeply
        while waiting:
            path, real = waiting.pop()
            try:
                waiting += self._scan_entry(path, real)
            except OSError as error:
                self.unreadable[str(path)] = error.strerror or "cannot be read"

    def _scan_entry(self, path: Path, real: str) -> list[tuple[Path, str]]:
        """Scan a file, or return the entries of a directory in reverse order."""
        self._scan_name(path, real)
        if real in self._visited:
            return []
        self._visited.add(real)
        if path.is_dir():
            children = sorted(path.iterdir(), reverse=True)
            return [(child, _resolve(child, real)) for child in children]
        if path.is_file():
            self._scan_file(path)
        return []

    def _scan_name(self, path: Path, real: str) -> None:
        # Directories above the working directory are not shipped, so their names do not matter.
        self._scan_path(str(path), os.path.relpath(path))
        if path.is_symlink():
            for target in (str(path.readlink()), os.path.relpath(real)):
                self._scan_path(str(path), target, "links to a path that ")

    def _scan_file(self, path: Path) -> None:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
            self.files[str(path)] = (digest, size)
            stream.seek(0)
            self._scan_stream(Origin(str(path), path.name), stream, 0, Budget(size))

    def _scan_stream(
        self, origin: Origin, stream: io.BufferedIOBase, depth: int, budget: Budget
    ) -> None:
        head, fault = read_ahead(stream)
        if len(head) <= MAX_WHOLE_BYTES:
            self._scan_whole(origin, head, depth, budget)
        else:
            known = origin.find_format(head[:MAX_HEAD_BYTES])
            rest = rejoin(head, stream)
            if known is None:
                self._scan_windows(origin.path, rest, depth, budget)
            else:
                self._scan_archive(origin.path, known, rest, depth, budget)
        if fault:
            raise fault

    def _scan_whole(self, origin: Origin, data: bytes, depth: int, budget: Budget) -> None:
        path = origin.path
        content = Content(path, data)
        if is_exempt(content):
            return
        known = origin.find_format(data[:MAX_HEAD_BYTES], data)
        if known is not None:
            is_open = self._scan_archive(path, known, io.BytesIO(data), depth, budget)
            if is_open and known.is_certain:
                return
        self._scan_content(content)
        if content.text:
            self._scan_base64(content, depth, budget)
        # Bytecode may contain archives as constants, as that of the tests of Python does.
        if not (content.is_bytecode and content.name.endswith(".pyc")):
            finder = Finder()
            finder.feed(data, 0, is_edge=True)
            self._scan_embedded(path, finder, io.BytesIO(data), depth, budget)

    def _scan_archive(
        self,
        path: str,
        known: Format,
        stream: io.BufferedIOBase,
        depth: int,
        budget: Budget,
        inside: Embedded | None = None,
    ) -> bool:
        """Scan the members of an archive, and return whether the whole archive could be opened."""
        count = len(self.findings)
        try:
            self._scan_members(path, known, stream, depth, budget, inside)
        except SalvagedError:
            # All bytes were scanned, so the damage hides nothing.
            if len(self.findings) > count:
                self._report_closed(path, DAMAGE)
        except (BombError, LimitError, OpaqueError) as error:
            self._report_closed(path, str(error))
            return False
        except DAMAGED:
            if known.is_certain:
                self._report_closed(path, DAMAGE)
            return False
        return True

    def _scan_members(
        self,
        path: str,
        known: Format,
        stream: io.BufferedIOBase,
        depth: int,
        budget: Budget,
        inside: Embedded | None,
    ) -> None:
        if depth >= MAX_DEPTH:
            message = f"is nested in more than {MAX_DEPTH} archives"
            raise LimitError(message)
        for member in known.open(stream, budget, inside.starts if inside else set()):
            # What lies beside an embedded archive is part of the file around it.
            if not (inside and member.is_outside):
                self._scan_member(path, member, known, depth + 1, budget)

    def _scan_member(
        self, path: str, member: Member, known: Format, depth: int, budget: Budget
    ) -> None:
        inner = f"{path}!{member.name}" if member.name else path
        if member.name:
            self._scan_path(inner, member.name)
        if member.target:
            self._scan_path(inner, member.target, "links to a path that ")
        # A decoded text is hardly shipped to be unpacked, so only what cannot be read matters.
        if member.problem and (member.stream is None or not self._guesses):
            self._report(inner, "archive", member.problem)
        if member.stream is None:
            return
        origin = Origin(inner, member.name, known.open if member.is_remainder else None)
        try:
            self._scan_stream(origin, member.stream, depth, budget)
        except BombError as error:
            self._report_closed(inner, str(error))
        except DAMAGED:
            self._report_closed(inner, DAMAGE)

    def _scan_embedded(
        self, path: str, finder: Finder, file: io.BufferedIOBase, depth: int, budget: Budget
    ) -> None:
        """Scan the archives that *finder* has found in *file*."""
        try:
            for found in finder.list_archives(file):
                inner = f"{path}!{found.name}" if found.name else path
                self._scan_archive(inner, found.format, found.stream, depth, budget, found)
                if depth >= MAX_DEPTH or budget.is_exhausted:
                    break  # one finding is enough
        except LimitError as error:
            self._report_closed(path, str(error))

    def _scan_base64(self, content: Content, depth: int, budget: Budget) -> None:
        """Scan the content of base64 in a text, such as a key in a Kubernetes Secret."""
        if depth >= MAX_DEPTH:
            return
        self._guesses += 1
        for start, data in find_base64(content.text):
            path = f"{content.path}!base64 at byte {start}"
            self._scan_whole(Origin(path, ""), data, depth + 1, budget)
        self._guesses -= 1

    def _scan_windows(
        self, path: str, stream: io.BufferedIOBase, depth: int, budget: Budget
    ) -> None:
        """Scan a large file that is not an archive."""
        with ExitStack() as stack:
            # The archives inside of it are read afterwards.
            file = stream if stream.seekable() else stack.enter_context(make_spool())
            finder = Finder()
            for window, start, is_edge in list_windows(stream, file):
                self._scan_content(Content(path, window))
                finder.feed(window, start, is_edge=is_edge)
            self._scan_embedded(path, finder, file, depth, budget)

    def _scan_content(self, content: Content) -> None:
        for name, check in CHECKS.items():
            if check.detect is not None:
                for what in check.detect(content):
                    self._report(content.path, name, what)

    def _scan_path(self, where: str, path: str, prefix: str = "") -> None:
        if what := find_in_path(path):
            self._report(where, "path", prefix + what)

    def _report_closed(self, path: str, problem: str) -> None:
        # Decoded text may look like a damaged archive by chance.
        if problem != DAMAGE or not self._guesses:
            self._report(path, "archive", problem)

    def _report(self, path: str, check: str, what: str) -> None:
        self.findings[Finding(path, check, what)] = None


def _resolve(path: Path, folder: str) -> str:
    """Return the real path of *path*. *folder* is the real path of its parent directory."""
    return os.path.realpath(path) if path.is_symlink() else str(Path(folder, path.name))
