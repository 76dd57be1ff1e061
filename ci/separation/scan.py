"""From artefacts to findings: opens what can be opened and shows each piece to all checks."""

import hashlib
import io
import os
from pathlib import Path
from typing import Final

from separation.checks import CHECKS, find_in_path, is_exempt
from separation.encoded import find_base64
from separation.findings import Finding
from separation.limits import (
    MAX_DEPTH,
    MEBIBYTE,
    BombError,
    Budget,
    LimitError,
)
from separation.members import DAMAGED, Member, OpaqueError, join
from separation.opening import LONGEST_HEAD, is_archive, open_archive
from separation.pieces import Piece
from separation.zips import Suspicion

_WHOLE: Final = 8 * MEBIBYTE
"""Larger files are looked at through windows."""

_OVERLAP: Final = 4096
_DAMAGE: Final = "is damaged, so nobody can tell what is inside"


class Scan:
    """Looks through artefacts.

    Args:
        skipped: A file that is no artefact: the certificate about them.

    Attributes:
        roots: What was given to be looked through.
        findings: What was found so far, each once.
        unreadable: The files that could not be read, with the reason.
        files: The SHA-256 and the size in bytes of each file looked at, by path.
    """

    def __init__(self, skipped: Path | None = None) -> None:
        self.roots: list[Path] = []
        self.findings: dict[Finding, None] = {}
        self.unreadable: dict[str, str] = {}
        self.files: dict[str, tuple[str, int]] = {}
        self._visited = {os.path.realpath(skipped)} if skipped else set()
        self._guesses = 0  # levels of base64, which may be none, around what is looked at

    def look_through(self, root: Path) -> None:
        """Look through a file, or through everything below a directory."""
        self.roots.append(root)
        waiting = [(root, os.path.realpath(root))]  # directories may lie deeper than the stack
        while waiting:
            path, real = waiting.pop()
            try:
                waiting += self._look_at_entry(path, real)
            except OSError as error:
                self.unreadable[str(path)] = error.strerror or "cannot be read"

    def _look_at_entry(self, path: Path, real: str) -> list[tuple[Path, str]]:
        """Look at a file or directory, and return what the latter holds, the first one last."""
        self._look_at_name(path, real)
        if real in self._visited:
            return []
        self._visited.add(real)
        if path.is_dir():
            children = sorted(path.iterdir(), reverse=True)
            return [(child, _resolve(child, real)) for child in children]
        if path.is_file():
            self._look_at_file(path)
        return []

    def _look_at_name(self, path: Path, real: str) -> None:
        # What the directories above the working directory are called is not shipped.
        self._look_at_path(str(path), os.path.relpath(path))
        if path.is_symlink():
            for target in (str(path.readlink()), os.path.relpath(real)):
                self._look_at_path(str(path), target, "is a link to what ")

    def _look_at_file(self, path: Path) -> None:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
            self.files[str(path)] = (digest, size)
            stream.seek(0)
            self._look_at_stream(str(path), stream, 0, Budget(size))

    def _look_at_stream(
        self, path: str, stream: io.BufferedIOBase, depth: int, budget: Budget
    ) -> None:
        head, fault = _read_ahead(stream)
        if len(head) <= _WHOLE:
            self._look_at_whole(path, head, depth, budget)
        elif is_archive(head[:LONGEST_HEAD]):
            self._look_inside(path, head, join(head, stream), depth, budget)
        else:
            self._look_through_windows(path, head, stream, depth, budget)
        if fault:
            raise fault

    def _look_at_whole(self, path: str, data: bytes, depth: int, budget: Budget) -> None:
        piece = Piece(path, data)
        if is_exempt(piece):
            return
        is_open = is_archive(data[:LONGEST_HEAD], data) and self._look_inside(
            path, data, io.BytesIO(data), depth, budget
        )
        if not is_open:
            self._look_at_piece(piece)
            if piece.text:
                self._look_at_encoded(piece, depth, budget)

    def _look_inside(
        self, path: str, head: bytes, stream: io.BufferedIOBase, depth: int, budget: Budget
    ) -> bool:
        """Look at the members of an archive, and tell whether all of it could be opened."""
        problem = f"lies in more than {MAX_DEPTH} archives"
        if depth < MAX_DEPTH:
            try:
                for member in open_archive(head[:LONGEST_HEAD], stream, budget):
                    self._look_at_member(path, member, depth + 1, budget)
            except (BombError, LimitError, OpaqueError) as error:
                problem = str(error)
            except DAMAGED:
                problem = _DAMAGE
            else:
                return True
        self._report_closed(path, problem)
        return False

    def _look_at_member(self, path: str, member: Member, depth: int, budget: Budget) -> None:
        inner = f"{path}!{member.name}" if member.name else path
        if member.name:
            self._look_at_path(inner, member.name)
        if member.target:
            self._look_at_path(inner, member.target, "is a link to what ")
        if member.problem:
            self._report(inner, "archive", member.problem)
        if member.stream is None:
            return
        try:
            self._look_at_stream(inner, member.stream, depth, budget)
        except BombError as error:
            self._report_closed(inner, str(error))
        except DAMAGED:
            self._report_closed(inner, _DAMAGE)

    def _look_at_encoded(self, piece: Piece, depth: int, budget: Budget) -> None:
        """Look at what base64 in a text hides: a key in a Kubernetes Secret, an archive."""
        if depth >= MAX_DEPTH:
            return
        self._guesses += 1
        for start, data in find_base64(piece.text):
            path = f"{piece.path}!base64 at byte {start}"
            self._look_at_whole(path, data, depth + 1, budget)
        self._guesses -= 1

    def _look_through_windows(
        self, path: str, window: bytes, stream: io.BufferedIOBase, depth: int, budget: Budget
    ) -> None:
        new, zip_behind = window, Suspicion()
        while new:
            self._look_at_piece(Piece(path, window))
            zip_behind.watch(window, len(new))
            new = stream.read(_WHOLE)
            window = window[-_OVERLAP:] + new
        if (archive := zip_behind.take_archive()) is not None:
            self._look_inside(path, b"", archive, depth, budget)

    def _look_at_piece(self, piece: Piece) -> None:
        for name, check in CHECKS.items():
            if check.look is not None:
                for what in check.look(piece):
                    self._report(piece.path, name, what)

    def _look_at_path(self, where: str, path: str, prefix: str = "") -> None:
        if what := find_in_path(path):
            self._report(where, "path", prefix + what)

    def _report_closed(self, path: str, problem: str) -> None:
        if problem != _DAMAGE or not self._guesses:  # what is no archive is not damaged
            self._report(path, "archive", problem)

    def _report(self, path: str, check: str, what: str) -> None:
        self.findings[Finding(path, check, what)] = None


def _resolve(path: Path, folder: str) -> str:
    """Return the real path of *path*, whose folder has the real path *folder*."""
    return os.path.realpath(path) if path.is_symlink() else str(Path(folder, path.name))


def _read_ahead(stream: io.BufferedIOBase) -> tuple[bytes, Exception | None]:
    """Read a little more than a whole piece may have, and what prevented that: no byte is lost."""
    data = bytearray()
    try:
        while len(data) <= _WHOLE and (chunk := stream.read1(MEBIBYTE)):
            data += chunk
    except (BombError, LimitError, *DAMAGED) as fault:
        return bytes(data), fault
    return bytes(data), None
