"""From artefacts to findings: opens what can be opened and shows each piece to all checks."""

import base64
import hashlib
import io
import os
import re
from pathlib import Path
from typing import Final

from separation.checks import CHECKS, find_in_path, is_exempt
from separation.findings import Finding
from separation.limits import (
    MAX_DEPTH,
    MEBIBYTE,
    BombError,
    Budget,
    CountingReader,
    LimitError,
    buffer,
)
from separation.opening import (
    DAMAGED,
    LONGEST_HEAD,
    Member,
    OpaqueError,
    is_archive,
    open_archive,
)
from separation.pieces import Piece

_WHOLE: Final = 8 * MEBIBYTE
"""Larger files are looked at through windows."""

_OVERLAP: Final = 4096
_DAMAGE: Final = "is damaged, so nobody can tell what is inside"
_BASE64: Final = re.compile(
    # A long word, and what follows it on further lines.
    rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{40,}+(?:(?:\\[rn]|[\s\"'\\])++[A-Za-z0-9+/_-]{2,}+)*+"
)
_BETWEEN_BASE64: Final = re.compile(rb"\\[rn]|[^A-Za-z0-9+/_-]")
_SHORTEST_BASE64: Final = 64
_GUESS: Final = "!base64 at byte "


class Scan:
    """Looks through artefacts.

    Attributes:
        findings: What was found so far, each once.
        unreadable: The files that could not be read, with the reason.
        files: The SHA-256 and the size in bytes of each file looked at, by path.
    """

    def __init__(self) -> None:
        self.findings: dict[Finding, None] = {}
        self.unreadable: dict[str, str] = {}
        self.files: dict[str, tuple[str, int]] = {}
        self._visited: set[str] = set()

    def look_through(self, path: Path) -> None:
        """Look through a file, or through everything below a directory."""
        try:
            self._look_at_link(path)
            real = os.path.realpath(path)
            if real in self._visited:
                return
            self._visited.add(real)
            if path.is_dir():
                for child in sorted(path.iterdir()):
                    self.look_through(child)
            elif path.is_file():
                self._look_at_file(path)
        except OSError as error:
            self.unreadable[str(path)] = error.strerror or "cannot be read"

    def _look_at_link(self, path: Path) -> None:
        self._look_at_path(str(path), str(path))
        if path.is_symlink():
            self._look_at_path(str(path), str(path.readlink()), "is a link to what ")
            self._look_at_path(str(path), os.path.realpath(path), "is a link to what ")

    def _look_at_file(self, path: Path) -> None:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            self.files[str(path)] = (digest, stream.tell())
            stream.seek(0)
            self._look_at_stream(str(path), stream, 0, Budget())

    def _look_at_stream(
        self, path: str, stream: io.BufferedIOBase, depth: int, budget: Budget
    ) -> None:
        head, fault = _read_ahead(stream)
        if len(head) <= _WHOLE:
            self._look_at_whole(path, head, depth, budget)
        elif is_archive(head[:LONGEST_HEAD]):
            self._look_inside(path, head, _join(head, stream), depth, budget)
        else:
            self._look_through_windows(path, head, stream)
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
            if piece.is_text:
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
        for match in _BASE64.finditer(piece.data):
            text = _BETWEEN_BASE64.sub(b"", match[0])
            if len(text) >= _SHORTEST_BASE64:
                text = text[: len(text) - (len(text) % 4 == 1)]  # one character is less than a byte
                data = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_")
                path = f"{piece.path}{_GUESS}{match.start()}"
                self._look_at_whole(path, data, depth + 1, budget)

    def _look_through_windows(self, path: str, window: bytes, stream: io.BufferedIOBase) -> None:
        while window:
            self._look_at_piece(Piece(path, window, is_whole=False))
            rest = stream.read(_WHOLE)
            window = window[-_OVERLAP:] + rest if rest else b""

    def _look_at_piece(self, piece: Piece) -> None:
        for name, check in CHECKS.items():
            if check.look is not None and (piece.is_whole or not check.needs_whole):
                for what in check.look(piece):
                    self._report(piece.path, name, what)

    def _look_at_path(self, where: str, path: str, prefix: str = "") -> None:
        if what := find_in_path(path):
            self._report(where, "path", prefix + what)

    def _report_closed(self, path: str, problem: str) -> None:
        if problem != _DAMAGE or _GUESS not in path:  # what is no archive after all is not damaged
            self._report(path, "archive", problem)

    def _report(self, path: str, check: str, what: str) -> None:
        self.findings[Finding(path, check, what)] = None


def _read_ahead(stream: io.BufferedIOBase) -> tuple[bytes, Exception | None]:
    """Read a little more than a whole piece may have, and what prevented that: no byte is lost."""
    data = bytearray()
    try:
        while len(data) <= _WHOLE and (chunk := stream.read1(MEBIBYTE)):
            data += chunk
    except (BombError, LimitError, *DAMAGED) as fault:
        return bytes(data), fault
    return bytes(data), None


def _join(head: bytes, rest: io.BufferedIOBase) -> io.BufferedIOBase:
    """Return the whole stream again of which *head* was read."""
    if rest.seekable():
        rest.seek(0)
        return rest
    lead = io.BytesIO(head)
    return buffer(CountingReader(lambda size: lead.read(size) or rest.read1(size)))
