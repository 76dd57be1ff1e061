"""The search for bytes in base64 that is not decoded: they may begin within a group of three."""

from __future__ import annotations

from binascii import b2a_base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

TO_URL_ALPHABET: Final = bytes.maketrans(b"+/", b"-_")


def list_base64_alignments(data: bytes) -> tuple[bytes, ...]:
    """Encode *data* in base64url at each of the three alignments.

    Characters that also contain bits of a neighboring byte are omitted.
    """
    alignments = []
    for offset in range(3):
        text = b2a_base64(bytes(offset) + data, newline=False).translate(TO_URL_ALPHABET)
        alignments.append(text[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6])
    return tuple(alignments)
