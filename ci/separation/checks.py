"""The checks of the scan. Each yields a clause for each trace of the simulator in a file."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from proxy_guard.dev_marks import CREDENTIALS

from separation import bytecode, knowledge, manifests, settings
from separation.content import Content
from separation.fingerprints import count_known_runs
from separation.marks import (
    BANNER,
    CERTIFICATE,
    CREDENTIAL,
    DER_IN_BASE64,
    DISTRIBUTION,
    ENCODED_CERTIFICATE_NAMES,
    ENCODED_WATERMARK_PARTS,
    IMAGE_LABEL,
    IMPORTER,
    ISSUER_HOST,
    ISSUER_URL,
    MODULE,
    MODULE_USE,
    NAME,
    PAGE,
    PROJECT_FOLDER,
    PROSE,
    PROSE_IN_BINARY,
    RAW_WATERMARKS,
    SPELLER,
)

Detect = Callable[[Content], Iterator[str]]

_DEV_MARKS_PATH: Final = "proxy_guard/dev_marks.py"
_DEV_MARKS_BYTECODE: Final = re.compile(r"proxy_guard/__pycache__/dev_marks\.[\w-]+\.pyc\Z")
_BANNER_LINE: Final = re.compile(
    rb"^[ \t]*%s\b|(?://|/\*|<!--) %s: never ship to production"
    % (re.escape(BANNER), re.escape(BANNER.removeprefix(b"# "))),
    re.MULTILINE,
)
"""The banner of Python, and that of scripts, style sheets and pages. The latter is longer, since
other projects have comments that begin with the former."""
_CODE: Final = re.compile(
    rb"""\bimport[\s({*."']|\bexport [a-z]|\bdocument\.|</(?:html|title)>|@media\b"""
)
"""What modules, scripts, pages and style sheets contain. Other texts are not compared: it saves
time."""
_COMPILED_NAME: Final = re.compile(rb"\x0c(?:\0\0\0)?%(m)s|(?<!\w)%(m)s\." % {b"m": MODULE})
_SEGMENT: Final = re.compile(rb"\A(?:\.wh\.)*(?:[.#~]+_?)?" + DISTRIBUTION.pattern)
"""A part of a path, also of a hidden file, of a backup, or of a whiteout: `.wh.NAME` in a layer of
an image deletes NAME, so a lower layer contains it."""


class Check(NamedTuple):
    """One check.

    Attributes:
        description: The text for `--help` and the certificate.
        severity: How bad a finding is, from 0 to 10 (CVSS).
        remedy: What to do about a finding.
        detect: The function; None if `scan` makes the check itself.
    """

    description: str
    severity: float
    remedy: str
    detect: Detect | None = None


def find_in_path(path: str) -> str | None:
    """Return how a path, which may be the target of a link, names the simulator; None if not."""
    folded = unicodedata.normalize("NFKC", path).casefold()
    if PROJECT_FOLDER.decode() in folded:
        return "is in the simulator's folder"
    if any(_SEGMENT.search(part.encode("utf-8", "replace")) for part in re.split("[/!]", folded)):
        return "is named like the simulator"
    return None


def is_exempt(content: Content) -> bool:
    """Return whether this is the one file that may name the simulator, with unchanged content."""
    if content.path.endswith(_DEV_MARKS_PATH):
        return content.data == knowledge.read_dev_marks()
    if _DEV_MARKS_BYTECODE.search(content.path):
        return bytecode.is_compiled_from(content.data, knowledge.read_dev_marks())
    return False


def detect_name(content: Content) -> Iterator[str]:
    """Detect the names in any text, like grep, but in more encodings."""
    flat = content.flat
    prose = PROSE if content.is_text else PROSE_IN_BINARY
    if content.has_name and prose.search(flat):
        yield f"names {NAME.decode()}"
    if ISSUER_HOST in flat and ISSUER_URL.search(flat):
        yield "names the simulator's issuer"
    if content.has_common_mark and PROJECT_FOLDER in flat:
        yield "names the simulator's folder"


def detect_module(content: Content) -> Iterator[str]:
    """Detect uses of the module, in source and in bytecode."""
    if MODULE not in content.flat:
        return
    is_used = MODULE_USE.search(content.flat) is not None
    if content.is_bytecode and not is_used:
        uses = bytecode.list_uses(content.data)
        is_used = bool(
            _COMPILED_NAME.search(content.data) if uses is None else MODULE_USE.search(uses)
        )
    elif content.name.endswith(".py") and not is_used and IMPORTER.search(content.flat):
        uses = bytecode.list_uses(content.data, is_source=True)
        is_used = uses is not None and MODULE_USE.search(uses) is not None
    if is_used:
        yield f"uses the module {MODULE.decode()}"


def detect_manifest(content: Content) -> Iterator[str]:
    """Detect the simulator in a list of distributions, images or services."""
    if b"issuer" in content.flat and manifests.names_simulator(content):
        yield "lists the simulator as a distribution, image or service"


def detect_banner(content: Content) -> Iterator[str]:
    """Detect the banner that begins each source file of the simulator."""
    if content.has_common_mark and _BANNER_LINE.search(content.data.replace(b"\0", b"")):
        yield f"contains the banner {BANNER.decode()}"


def detect_code(content: Content) -> Iterator[str]:
    """Detect the simulator's code under any name."""
    text = content.data if content.is_bytecode else content.text
    is_code = content.is_bytecode or _CODE.search(text)
    if is_code and (runs := count_known_runs(text)):
        yield f"contains code of the simulator ({runs} word sequences match its source)"


def detect_image(content: Content) -> Iterator[str]:
    """Detect the label of the simulator's image in the configuration of an image."""
    is_configuration = b'"rootfs"' in content.flat or content.name.startswith("dockerfile")
    if is_configuration and IMAGE_LABEL.search(content.flat):
        yield "has the label of the simulator's image"


def detect_settings(content: Content) -> Iterator[str]:
    """Detect settings that point to the simulator, and its own variables."""
    yield from settings.find_settings(content)


def detect_login(content: Content) -> Iterator[str]:
    """Detect what a login hands out, wherever it was kept, and the pages of the simulator."""
    if not content.has_common_mark:
        return
    found = CREDENTIAL.findall(content.data.translate(None, b"\0"))
    for kind in dict.fromkeys(CREDENTIALS[mark.decode()] for mark in found):
        yield f"contains {kind} of the simulator"
    if PAGE.search(content.flat):
        yield "contains a page of the simulator"


def detect_key(content: Content) -> Iterator[str]:
    """Detect the watermark, as bytes (DER) and as text."""
    if (
        any(text in content.data for text in RAW_WATERMARKS)
        or any(part in content.squeezed for part in ENCODED_WATERMARK_PARTS)
        or SPELLER.is_spelled(content.flat, lambda: content.data.translate(None, b"\0"))
    ):
        yield "contains a key of the simulator (the watermark)"


def detect_certificate(content: Content) -> Iterator[str]:
    """Detect certificates of the simulator, in DER and in base64: EC keys have no watermark."""
    in_der = content.has_name and CERTIFICATE.search(content.data)
    # Without the start of DER in base64, the name is within longer base64, which is decoded.
    in_base64 = DER_IN_BASE64 in content.data and any(
        name in content.squeezed for name in ENCODED_CERTIFICATE_NAMES
    )
    if in_der or in_base64:
        yield "contains a certificate of the simulator"


CHECKS: Final = {
    "watermark": Check(
        "its keys, by their watermark",
        9.5,
        "Remove the key, and trust no token that it signed.",
        detect_key,
    ),
    "certificate": Check(
        "its certificates and those of its authority, by their name",
        9.5,
        "Remove the certificate from what the artefact trusts.",
        detect_certificate,
    ),
    "settings": Check(
        "settings that point to it", 9.0, "Set your production identity provider.", detect_settings
    ),
    "login": Check(
        "codes, tokens, cookies and pages of its logins",
        9.0,
        "Remove the file, and log in at your production identity provider.",
        detect_login,
    ),
    "module": Check(
        "imports and other uses of its module", 8.0, "Remove the import.", detect_module
    ),
    "code": Check("its code under another name", 8.0, "Remove the copied code.", detect_code),
    "manifest": Check(
        "entries in metadata, locks, SBOMs, Compose and Kubernetes files",
        8.0,
        "Remove the dependency or service.",
        detect_manifest,
    ),
    "image": Check("the label of its image", 8.0, "Use another base image.", detect_image),
    "archive": Check(
        "archives that cannot be checked: bombs, encrypted, damaged, unknown format",
        6.0,
        "Leave it out, or ship it in another format.",
    ),
    "banner": Check(
        "the banner of its source files", 6.0, "Exclude the file from the build.", detect_banner
    ),
    "path": Check(
        "files and links that are named like the simulator",
        5.0,
        "Exclude the path from the build, or rename your own.",
    ),
    "name": Check(
        "its names in any text, like grep, also in UTF-16 and UTF-32",
        5.0,
        "Remove the text, or rename your own service.",
        detect_name,
    ),
}
"""All checks by ID, the worst first."""
