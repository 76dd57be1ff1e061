"""Facts of the scan about the simulator and about itself, by the names in `sources.PARTS`.

The single-file form contains it as files in the folder `data`; a checkout has the sources.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from proxy_guard import dev_marks

from separation import sources

_DATA: Final = files("separation") / "data"
IS_EMBEDDED: Final = _DATA.is_dir()
"""Whether this is the single-file form."""


@cache
def read(part: str) -> tuple[str, ...]:
    """Return the lines of *part*."""
    if IS_EMBEDDED:
        return tuple((_DATA / f"{part}.txt").read_text(encoding="ascii").splitlines())
    return tuple(sources.PARTS[part]())


@cache
def read_dev_marks() -> bytes:
    """Return the source of `proxy_guard.dev_marks`, the only file that may name the simulator."""
    return (files(dev_marks.__package__) / "dev_marks.py").read_bytes()
