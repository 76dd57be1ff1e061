"""The cpio format of RPM payloads and initial RAM disks.

Spec: cpio(5): the formats newc, crc and odc
"""

import io
import re
import stat
from collections.abc import Iterator
from typing import Final

from separation.archives.ars import open_part
from separation.archives.limits import MEBIBYTE, Budget
from separation.archives.members import Member, SalvagedError, make_remainder
from separation.archives.sources import Source

_NEW: Final = re.compile(rb"07070[12](?P<fields>[0-9A-Fa-f]{104})")
_OLD: Final = re.compile(rb"070707(?P<fields>[0-7]{70})")
_HEADER_BYTES: Final = {_NEW: 110, _OLD: 76}
_MAX_TARGET_BYTES: Final = 4096
_END: Final = "TRAILER!!!"


def is_cpio(head: bytes) -> bool:
    """Return whether *head* begins a cpio archive."""
    return _NEW.match(head) is not None or _OLD.match(head) is not None


def open_cpio(stream: io.BufferedIOBase, budget: Budget, _starts: set[int]) -> Iterator[Member]:
    """Yield the members, then any data behind them, such as the next archive of a RAM disk.

    Raises:
        SalvagedError: a header is damaged, or the last member is cut off.
    """
    source = Source(stream.read1)
    name = ""
    while source.skip_zeros() and name != _END:
        budget.count_member()
        start = source.count
        form = _NEW if _NEW.match(source.peek(110)) else _OLD
        match = form.match(source.read(_HEADER_BYTES[form]))
        if match is None:
            yield make_remainder(source.open_rest())
            raise SalvagedError
        mode, name_size, size = _parse(form, match["fields"])
        name = source.read(min(name_size, MEBIBYTE)).rstrip(b"\0").decode("utf-8", "replace")
        alignment = 4 if form is _NEW else 1
        source.read((start - source.count) % alignment)
        if stat.S_ISLNK(mode):
            target = source.peek(min(size, _MAX_TARGET_BYTES)).decode("utf-8", "replace")
            yield Member(name, target=target)
        yield from open_part(source, name, size)
        source.read((start - source.count) % alignment)
    if source.peek(1):
        yield Member("(behind the archive)", stream=source.open_rest(), is_outside=True)


def _parse(form: re.Pattern[bytes], fields: bytes) -> tuple[int, int, int]:
    """Return the mode, the size of the name and the size of the content."""
    if form is _NEW:
        values = [int(fields[start : start + 8], 16) for start in range(0, len(fields), 8)]
        return values[1], values[11], values[6]
    return int(fields[12:18], 8), int(fields[53:59], 8), int(fields[59:70], 8)
