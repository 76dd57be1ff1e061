"""Word runs, by which renamed code is recognized."""

from collections.abc import Iterable, Iterator
from typing import Final

_LETTERS: Final = bytes(
    byte if chr(byte).isascii() and chr(byte).isalpha() else 32 for byte in range(256)
)
_RUN_WORDS: Final = 7
"""Words in a run. Shorter runs also occur in docstrings of other projects."""

Run = tuple[bytes, ...]


def list_runs(data: bytes) -> Iterator[Run]:
    """Yield each run of words in *data*, with all that are no letters as separators."""
    words = [word for word in data.translate(_LETTERS).split() if len(word) > 1]
    return zip(*(words[start:] for start in range(_RUN_WORDS)), strict=False)


def join_runs(runs: Iterable[Run]) -> Iterator[str]:
    """Yield texts with exactly the given runs. Runs that follow each other share a text."""
    words: list[bytes] = []
    for run in runs:
        if words[1 - _RUN_WORDS :] != list(run[:-1]):
            if words:
                yield b" ".join(words).decode("ascii")
            words = list(run[:-1])
        words.append(run[-1])
    if words:
        yield b" ".join(words).decode("ascii")
