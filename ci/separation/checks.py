"""What is looked for. A check is a function from a piece to what it found there, in words."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from separation import bytecode, manifests, settings
from separation.code import count_known_runs
from separation.marks import (
    BANNER,
    DEV_MARKS,
    DISTRIBUTION,
    ENCODED_WATERMARKS,
    IMAGE_LABEL,
    ISSUER_HOST,
    ISSUER_URL,
    MODULE,
    MODULE_USE,
    NAME,
    PROJECT_FOLDER,
    PROSE,
    PROSE_IN_BINARY,
    WATERMARK,
    WATERMARK_LITERAL,
)
from separation.pieces import Piece

Look = Callable[[Piece], Iterator[str]]

_DEV_MARKS_PATH: Final = "proxy_guard/dev_marks.py"
_DEV_MARKS_BYTECODE: Final = re.compile(r"proxy_guard/__pycache__/dev_marks\.[\w-]+\.pyc\Z")
_BANNER_LINE: Final = re.compile(rb"^[ \t]*" + re.escape(BANNER) + rb"\b", re.MULTILINE)
_COMPILED_NAME: Final = re.compile(rb"\x0c(?:\0\0\0)?%(m)s|(?<!\w)%(m)s\." % {b"m": MODULE})
_SEGMENT: Final = re.compile(rb"\A" + DISTRIBUTION.pattern)


class Check(NamedTuple):
    """One thing that is looked for.

    Attributes:
        description: For people.
        look: The function; None for what opening an artefact finds by itself.
    """

    description: str
    look: Look | None


def find_in_path(path: str) -> str | None:
    """Say what the path of a file, or the target of a link, tells of the simulator."""
    folded = unicodedata.normalize("NFKC", path).casefold()
    if PROJECT_FOLDER.decode() in folded:
        return "lies in the simulator's folder"
    if any(_SEGMENT.search(part.encode("utf-8", "replace")) for part in re.split("[/!]", folded)):
        return "is named like the simulator"
    return None


def is_exempt(piece: Piece) -> bool:
    """Tell whether this is the one file that may name the simulator, byte for byte as built."""
    if piece.path.endswith(_DEV_MARKS_PATH):
        return piece.data == DEV_MARKS.read_bytes()
    if _DEV_MARKS_BYTECODE.search(piece.path):
        return bytecode.is_compiled_from(piece.data, str(DEV_MARKS))
    return False


def look_for_name(piece: Piece) -> Iterator[str]:
    """Look for the names in any text: what grep would find, in more spellings."""
    flat = piece.flat
    prose = PROSE if piece.is_text else PROSE_IN_BINARY
    if NAME in flat and prose.search(flat):
        yield f"names {NAME.decode()}"
    if ISSUER_HOST in flat and ISSUER_URL.search(flat):
        yield "names the simulator's issuer"
    if PROJECT_FOLDER in flat:
        yield "names the simulator's folder"


def look_for_module(piece: Piece) -> Iterator[str]:
    """Look for the module in use, in source and in bytecode."""
    if MODULE not in piece.flat:
        return
    compiled = piece.is_bytecode and _COMPILED_NAME.search(piece.data)
    is_imported = compiled and bytecode.may_import(piece.data, MODULE.decode())
    if is_imported or MODULE_USE.search(piece.flat):
        yield f"uses the module {MODULE.decode()}"


def look_for_manifest(piece: Piece) -> Iterator[str]:
    """Look for the distribution where names of distributions, images and services stand."""
    if b"issuer" in piece.flat and manifests.names_simulator(piece):
        yield "lists the simulator"


def look_for_banner(piece: Piece) -> Iterator[str]:
    """Look for the banner that each source file of the simulator bears."""
    if BANNER.lower() in piece.flat and _BANNER_LINE.search(piece.data.replace(b"\0", b"")):
        yield f"bears the banner {BANNER.decode()}"


def look_for_code(piece: Piece) -> Iterator[str]:
    """Look for the simulator's code under any name."""
    text = piece.data if piece.is_bytecode else piece.text if b"import " in piece.text else b""
    if runs := count_known_runs(text):
        yield f"holds code of the simulator ({runs} runs of words known from its source)"


def look_for_image(piece: Piece) -> Iterator[str]:
    """Look for the simulator's image in the configuration of an image."""
    is_configuration = b'"rootfs"' in piece.flat or piece.name.startswith("dockerfile")
    if is_configuration and IMAGE_LABEL.search(piece.flat):
        yield "bears the label of the simulator's image"


def look_for_settings(piece: Piece) -> Iterator[str]:
    """Look for settings that point at the simulator."""
    for name in settings.find_pointers(piece):
        yield f"sets {name} to the simulator"


def look_for_key(piece: Piece) -> Iterator[str]:
    """Look for the watermark: raw as DER has it, and as text."""
    is_encoded = any(text in piece.squeezed for text in ENCODED_WATERMARKS)
    if WATERMARK in piece.data or WATERMARK_LITERAL in piece.data or is_encoded:
        yield "holds a key of the simulator (the watermark)"


CHECKS: Final = {
    "path": Check("files and links named like the simulator", None),
    "archive": Check("archives that are bombs, encrypted, damaged or of a kind unknown", None),
    "name": Check("its names in any text, as grep would, and in UTF-16", look_for_name),
    "module": Check("imports and other uses of its module", look_for_module),
    "manifest": Check("metadata, locks, SBOMs, services", look_for_manifest),
    "banner": Check("the banner of its source files", look_for_banner),
    "code": Check("its code under another name", look_for_code),
    "image": Check("the label of its image", look_for_image),
    "settings": Check("settings that point at it", look_for_settings),
    "watermark": Check("its keys, by their watermark", look_for_key),
}
"""All checks by id."""
