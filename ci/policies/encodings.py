"""Regular expressions for marks in base64 and DER."""

from base64 import b64encode
from collections.abc import Sequence
from itertools import product

from proxy_guard import dev_marks

_BREAK = r"(?:\\+[nr]|[\s\x22\x27+])*"
"""What may interrupt base64 in PEM, in JSON and in strings of a program."""


def match_encoded_name() -> str:
    """Match the simulator as the host of a URI in base64, the encoding of secrets in the cluster.

    Only names in lower case match, since their base64 differs from that of upper case.
    """
    service = ["-_" if char == "-" else char for char in dev_marks.SERVICE_NAME]
    hosts = [(["/", "/", *service], ":/.\n"), (["/", "/", *dev_marks.ISSUER_HOST], ":\n")]
    return "|".join(
        pattern
        for host, after in hosts
        for offset in range(3)
        for pattern in (encode([*host, after], offset), encode(host, offset, is_end=True))
    )


def match_encoded_credential() -> str:
    """Match the marks of such values in base64, the encoding of secrets in the cluster.

    One pattern covers all marks of the same shape, which keeps the cost of the expression low.
    """
    shapes: dict[str, list[str]] = {}
    for mark in dev_marks.CREDENTIALS:
        start = mark.find(dev_marks.COMMON_MARK) + len(dev_marks.COMMON_MARK)
        shapes.setdefault(mark[:start], []).append(mark[start:])
    characters = [
        [*beginning, *("".join(place) for place in zip(*ends, strict=False))]
        for beginning, ends in shapes.items()
    ]
    return "|".join(encode(places, offset) for places in characters for offset in range(3))


def match_certificate() -> str:
    """Match the name of the simulator's certificates in base64, in lower case without blanks."""
    name = dev_marks.CERTIFICATE_COMMON_NAME
    return "|".join(encode(name, offset).lower() for offset in range(3))


def match_certificate_in_der() -> str:
    """Match the same name in DER, behind its length, in lower case."""
    lengths = "".join(rf"\x{ord(name[0]):02x}" for name in dev_marks.NAMES_IN_DER)
    return f"[{lengths}]{dev_marks.CERTIFICATE_COMMON_NAME.lower()}"


def list_watermark_parts() -> list[str]:
    """List patterns for thirds of the watermark in base64, at each alignment.

    If a line break interrupts the text once or twice, one third is still complete. A third has 60
    bits, so other texts do not contain it.
    """
    return [part for text in _list_alignments(dev_marks.WATERMARK) for part in divide(text)]


def list_certificate_names() -> list[str]:
    """List the common name of the simulator's certificates in base64, at each alignment."""
    return _list_alignments(dev_marks.CERTIFICATE_COMMON_NAME.encode())


def _list_alignments(data: bytes) -> list[str]:
    """List the characters that depend on *data* alone, behind 0, 1 and 2 bytes of another text."""
    texts = [b64encode(b"\0" * offset + data).decode() for offset in range(3)]
    return [
        text[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]
        for offset, text in enumerate(texts)
    ]


def divide(text: str) -> list[str]:
    """Divide *text* into three parts of the same length, without what is left."""
    size = len(text) // 3
    return [text[start : start + size] for start in (0, size, 2 * size)]


def match_watermark_in_hex() -> str:
    """Match thirds of the watermark in hexadecimal, with or without colons."""
    thirds = divide(dev_marks.WATERMARK.hex())
    return f"(?i:{'|'.join(':?'.join(_pair(third)) for third in thirds)})"


def list_hex_keywords() -> list[str]:
    """List the first bytes of these thirds, in each of these forms."""
    starts = [third[:8] for third in divide(dev_marks.WATERMARK.hex())]
    return [separator.join(_pair(start)) for start in starts for separator in ("", ":")]


def _pair(digits: str) -> list[str]:
    return [digits[start : start + 2] for start in range(0, len(digits), 2)]


def allow_breaks(text: str) -> str:
    """Match base64 that line breaks, escapes or quotes may interrupt anywhere."""
    return _BREAK.join(text)


def encode(characters: Sequence[str], offset: int, *, is_end: bool = False) -> str:
    """Match the base64 of text that begins *offset* bytes after a multiple of three.

    Args:
        characters: The possible characters at each place.
        offset: 0, 1 or 2.
        is_end: Whether the text must end there.
    """
    spellings = [
        b64encode(b"\0" * offset + "".join(choice).encode()).decode().rstrip("=")
        for choice in product(*characters)
    ]
    # Omit characters that also contain bits of a neighboring byte.
    first = -(-offset * 8 // 6)
    last = None if is_end else (offset + len(characters)) * 8 // 6
    places = (sorted(set(place)) for place in zip(*(s[first:last] for s in spellings), strict=True))
    pattern = "".join(p[0] if len(p) == 1 else f"[{''.join(p)}]" for p in places)
    return f"{pattern}=*$" if is_end else pattern
