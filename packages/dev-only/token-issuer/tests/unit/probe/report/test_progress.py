# DEV-ONLY: never ship to production.
import contextlib
import dataclasses
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import pytest
from token_issuer.probe.report.progress import Progress
from token_issuer.probe.results import Result

pytestmark = pytest.mark.requirement("BV-3")

Read = Callable[[], str]


@contextlib.contextmanager
def open_terminal(columns: int) -> Iterator[tuple[TextIO, Read]]:
    """Open a pseudo-terminal; return its stream and a function that reads up to a blank line."""
    screen, program = pty.openpty()
    fcntl.ioctl(program, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with os.fdopen(program, "w", encoding="utf-8") as stream:
        yield stream, lambda: read_until_blank(screen)
    os.close(screen)


def read_until_blank(screen: int) -> str:
    written = b""
    while not written.endswith(b"\r\x1b[K"):
        ready, _, _ = select.select([screen], [], [], 10)
        assert ready, written
        written += os.read(screen, 65536)
    return written.decode()


def drop_rest(stream: TextIO) -> None:
    """Drop unwritten text, which closing the stream would try to write again."""
    with Path(os.devnull).open("wb") as sink:
        os.dup2(sink.fileno(), stream.fileno())


def show(written: str) -> list[str]:
    """Return the visible states of the line, in order."""
    assert "\n" not in written
    states = written.split("\r")
    assert states[0] == ""
    assert all(state.endswith("\x1b[K") for state in states[1:])
    lines = [state.removesuffix("\x1b[K") for state in states[1:]]
    assert "\x1b" not in "".join(lines)
    return lines


def test_terminal_shows_a_bar_on_one_line_and_the_line_is_cleared_at_the_end(bad: Result) -> None:
    with open_terminal(100) as (stream, read):
        with Progress(len(bad.checks), stream) as progress:
            for check in bad.checks:
                progress.advance(check)
        lines = show(read())
    assert lines[0].startswith("[........................] 0/11")
    assert "] 1/11  a good token" in lines[1]
    assert "] 6/11  5 failed  a token for another audience" in lines[6]
    assert lines[11].startswith("[########################] 11/11")
    assert lines[12] == ""
    assert len(lines) == 13


def test_bar_fits_the_width_of_the_terminal(bad: Result) -> None:
    with open_terminal(40) as (stream, read):
        with Progress(len(bad.checks), stream) as progress:
            for check in bad.checks:
                progress.advance(check)
        assert max(map(len, show(read()))) == 39


def test_bar_is_removed_when_the_probe_fails(bad: Result) -> None:
    with open_terminal(100) as (stream, read):
        with contextlib.suppress(ZeroDivisionError), Progress(11, stream) as progress:
            progress.advance(bad.checks[0])
            progress.done //= 0
        assert progress.done == 1
        assert show(read())[-1] == ""


def test_default_width_is_80_columns(bad: Result) -> None:
    with open_terminal(0) as (stream, read):
        with Progress(11, stream) as progress:
            progress.advance(replace(bad.checks[0], title="x" * 200))
        assert max(map(len, show(read()))) == 79


def test_title_cannot_control_the_terminal(bad: Result) -> None:
    with open_terminal(100) as (stream, read):
        with Progress(11, stream) as progress:
            progress.advance(replace(bad.checks[0], title="a\x1b[2J\r\nb"))
        assert show(read())[1].endswith(r"a\x1b[2J\r b")


def test_pipe_gets_a_line_for_each_check(bad: Result) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as reader:
        with (
            os.fdopen(writing, "w", encoding="utf-8") as stream,
            Progress(len(bad.checks), stream) as progress,
        ):
            for check in bad.checks:
                progress.advance(check)
        lines = reader.read().splitlines()
    assert len(lines) == len(bad.checks)
    assert lines[0] == " 1/11  passed   baseline-good: accepted with 200"
    assert lines[4] == " 5/11  failed   alg-hs256: crashed with 500"
    assert lines[9] == "10/11  skipped  keys-max-age: the probe was given no admin secret"


def test_total_grows_if_there_are_more_checks(bad: Result) -> None:
    with Path(os.devnull).open("w", encoding="utf-8") as stream, Progress(1, stream) as progress:
        for check in bad.checks:
            progress.advance(check)
    assert (progress.done, progress.total, progress.failed) == (11, 11, 6)


def test_closed_pipe_does_not_disturb_the_probe(bad: Result) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(os.dup(writing), "w", encoding="utf-8", buffering=1) as stream:
        with Progress(1, stream) as progress:
            progress.advance(bad.checks[0])
        assert progress.done == 1
        drop_rest(stream)
    os.close(writing)


def test_closed_standard_error_does_not_disturb_the_probe(
    bad: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with Progress(1) as progress:
        progress.advance(bad.checks[0])
    assert progress.done == 1


def test_standard_error_is_the_default(bad: Result, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(1) as progress:
        progress.advance(bad.checks[0])
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"1/1  passed   baseline-good: .+\n", err)


def test_check_of_several_lines_is_one_line(
    bad: Result, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress(1) as progress:
        progress.advance(dataclasses.replace(bad.checks[0], observed="a\nb"))
    assert capsys.readouterr().err == "1/1  passed   baseline-good: a b\n"


def test_terminal_that_was_closed_does_not_disturb_the_probe(bad: Result) -> None:
    screen, program = pty.openpty()
    with os.fdopen(program, "w", encoding="utf-8") as stream:
        with Progress(2, stream) as progress:
            progress.advance(bad.checks[0])
            os.close(screen)
            progress.advance(bad.checks[1])
        assert progress.done == 2
        drop_rest(stream)
