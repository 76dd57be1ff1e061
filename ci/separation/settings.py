"""Settings that point to the simulator, and settings of the simulator itself.

Each value is checked by the rules of the guard, so every disguise that the guard detects is a
finding.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from proxy_guard import urls
from proxy_guard.dev_marks import is_bare_word
from proxy_guard.rules import ISSUER_VARIABLE
from proxy_guard.search.unwrapping import unescape

from separation import knowledge
from separation.assignments import Outline, find_assignments, is_assignment
from separation.content import Content
from separation.documents import read_strings
from separation.marks import MODULE

_MAX_FILE_BYTES: Final = 1 << 20
_MAX_PACKED_BYTES: Final = 32 << 10
"""Limit of a file that is compressed by itself. No program reads longer settings from one."""

_PACKED: Final = (".gz", ".bz2", ".xz", ".zst", ".br")
_SAMPLE_BYTES: Final = 1024
_MAX_DEPTH: Final = 6
_MAX_WORDS: Final = 8
_MAX_JSON_STRINGS: Final = 100_000
_PROGRAM_OR_PROSE: Final = re.compile(
    r".+\.(?:py[ixwc]?|pyo|pxd|ipynb|[cm]?[jt]sx?|vue|svelte|map|java|kts?|scala|groovy|clj|go|rs|c|h|cc|cpp"
    r"|cxx|hh|hpp|hxx|cs|fs|vb|rb|php|pl|pm|t|swift|mm?|lua|sql|r|jl|dart|exs?|[eh]rl|hs|mli?|el|lisp"
    r"|asm|s|f90|f|pas|zig|nim|d|proto|thrift|graphql|md|mdx|markdown|rst|adoc|tex|html?|xhtml|css|scss"
    r"|less|svg|po|pot|[1-9]|csv|tsv|log|diff|patch|whl|lock|spdx|pem|crt|cer|asc|xslt?|dtd|xsd|info|vim"
    r")(?:\.(?:gz|bz2|xz|zst))?"
    r"|(?:metadata|record|wheel|installer|requested|pkg-info|license|licence|copying|copyright|readme"
    r"|changelog|changes|news|authors|contributors|notice|todo|history|credits|thanks)(?:[._-].*)?"
)
"""Names of files that do not consist of settings."""

_SETTINGS: Final = re.compile(
    r"(?:.*\.)?env(?:\..*)?|dockerfile.*|containerfile.*|.*compose.*|.*\.txt"
)
_CONTROL: Final = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_HINT: Final = re.compile(
    r"issuer|8_?0_?8_?1|%[2-7][0-9a-f]|xn--|\\[ux]|:[\d_]*(?![0-9])\d|kind.{0,5}secret"
    r"|[:!]binary|binarydata|<data>|bplist|encoding.{0,5}b(?:ase)?64|=hex|&#"
)
"""What points to the simulator in a folded text, or encodes something."""

_EXOTIC: Final = re.compile(r"[^\x00-\x7f]+")
_IGNORABLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u1806\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
"""Characters that the guard ignores in names (UAX #44, Default_Ignorable_Code_Point)."""

_ISSUER_NAMES: Final = re.compile(
    r"jw[tk]|issuer|oidc|auth|idp|sso|certs|token[_.-]?(?:endpoint|ur[il])|user[_.-]?info"
    r"|introspect|revocation[_.-]?endpoint|end[_.-]?session|redeem[_.-]?ur[il]|gce[_.-]?metadata",
    re.IGNORECASE,
)
_GENERIC_NAMES: Final = frozenset(
    {"url", "urls", "uri", "uris", "httpuri", "endpoint", "endpoints", "base", "baseurl", "baseuri"}
    | {
        "value",
        "values",
        "default",
        "defaults",
        "defaultvalue",
        "prod",
        "production",
        "location",
        "href",
        "link",
    }
    | {"string", "text", "content", "data", "item", "items"}
)
"""Names that say nothing without that of the section: `jwks: {uri: …}`."""

_VARIABLE: Final = re.compile(rf"{MODULE.decode().upper()}_[A-Z][A-Z0-9_]*")
_REFERENCE: Final = re.compile(
    rf"(?:[$%][{{(:]?|\$env:|\b(?:name|key)[\"']?[ \t]*[:=][ \t]*[\"']?|^[ \t]*-[ \t]+[\"']?"
    rf"|(?<![\w-])(?:-e|--env)[ =]*)({_VARIABLE.pattern})(?![A-Za-z0-9_])",
    re.MULTILINE,
)
_EMBEDDED_JSON: Final = re.compile(r"""\{[ \t]*"[^\n]*\}""")
_CONTINUATION: Final = re.compile(r"\\\r?\n[ \t]*")
_REGISTRY_VALUE: Final = re.compile(r"=hex(?:\(\w\))?:((?:[0-9a-f]{2}|[,\\\s])+)", re.IGNORECASE)
"""Text in UTF-16 in a file of the Windows registry."""

_WEB_SCHEMES: Final = ("http://", "https://")


def find_settings(content: Content) -> Iterator[str]:
    """Yield a clause for each setting in *content* that points to or belongs to the simulator."""
    if not _consists_of_settings(content):
        return
    name = content.path.rpartition("!")[2].rpartition("/")[2]
    text = content.data.replace(b"\0", b"").decode("utf-8", "replace")
    found: dict[str, None] = {}
    for names, value in _list_settings(name, content.data, text, 0):
        if clause := _judge(names, value):
            found[clause] = None
    for match in _REFERENCE.finditer(text if _VARIABLE.search(text) else ""):
        if match[1] in knowledge.read("variables"):
            found[f"refers to {match[1]}, a variable of the simulator"] = None
    yield from found


def _consists_of_settings(content: Content) -> bool:
    is_packed = content.name.endswith(_PACKED)
    if len(content.data) > (_MAX_PACKED_BYTES if is_packed else _MAX_FILE_BYTES):
        return False
    is_readable = content.text or _SETTINGS.fullmatch(content.name) or content.data[:6] == b"bplist"
    if not is_readable or _PROGRAM_OR_PROSE.fullmatch(content.name):
        return False
    is_binary = _CONTROL.search(content.text, 0, _SAMPLE_BYTES) is not None
    is_sbom = b'"bomformat"' in content.flat or b'"spdxversion"' in content.flat
    return not is_binary and not is_sbom and _has_hint(content.flat.decode("utf-8", "replace"))


def _has_hint(text: str) -> bool:
    if not text.isascii():
        text = _IGNORABLE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return _HINT.search(text) is not None


def _list_hints(text: str) -> Iterator[int]:
    """Yield the positions of all hints, and of the lines that contain one if they are folded."""
    lower = text.encode("utf-8", "replace").lower().decode()  # lower-case ASCII, at the same place
    yield from (match.start() for match in _HINT.finditer(lower))
    end = 0
    for exotic in _EXOTIC.finditer(text):
        if exotic.start() >= end:
            start = text.rfind("\n", 0, exotic.start()) + 1
            end = text.find("\n", start) % (len(text) + 1)
            if _has_hint(text[start:end].lower()):
                yield start


def _list_settings(
    name: str, data: bytes, text: str, depth: int
) -> Iterator[tuple[Sequence[str], str]]:
    """Yield the names, the outermost first, and the value of each setting in a text."""
    if "\n" not in text.strip() and not is_assignment(text):
        yield (name,), text  # the name of the file is that of the variable: envdir, secrets
    count = 0
    for path, value in read_strings(name, data, text):
        count += 1
        leaf = path[-1] if path else ""
        is_hinted = _has_hint(value.lower())
        if is_hinted or _VARIABLE.fullmatch(leaf):
            yield path, value
        if is_hinted and depth < _MAX_DEPTH and _is_structured(value):
            yield from _list_settings(leaf, value.encode("utf-8", "replace"), value, depth + 1)
    # JSON is parsed as a whole or not at all, unless it is longer than any settings.
    if not (0 < count < _MAX_JSON_STRINGS and text.lstrip()[:1] in {"{", "["}):
        for plain in _list_readings(text):
            yield from _list_assignments(plain)


def _list_assignments(text: str) -> Iterator[tuple[Sequence[str], str]]:
    """Yield the settings in a text that is not parsed, and in JSON inside of it."""
    size = len(text.strip())
    for match in _EMBEDDED_JSON.finditer(text):
        if len(match[0]) < size:
            yield from read_strings("", match[0].encode("utf-8", "replace"), match[0])
    outline = None
    for assignment in find_assignments(text, sorted(_list_hints(text))):
        names = [assignment.name]
        if _is_generic(assignment.name) and _find_dev_mark(assignment.value):
            outline = outline or Outline(text)
            names += outline.list_sections(assignment.start)
        yield names[::-1], assignment.value


def _list_readings(text: str) -> Iterator[str]:
    """Yield a text as it is, and without escapes, continued lines and hexadecimal values."""
    yield text
    if '\\"' in text:
        yield unescape(text)
    if "\\\n" in text or "\\\r\n" in text:
        yield _CONTINUATION.sub("", text)
    if "hex" in text and _REGISTRY_VALUE.search(text):
        yield _REGISTRY_VALUE.sub(_decode_registry_value, text)


def _decode_registry_value(match: re.Match[str]) -> str:
    digits = re.sub(r"[^0-9a-f]", "", match[1], flags=re.IGNORECASE)
    data = bytes.fromhex(digits[: len(digits) // 2 * 2])
    return "=" + data.replace(b"\0", b"").decode("utf-8", "replace")


def _is_structured(value: str) -> bool:
    return value.lstrip()[:1] in tuple('{["<') or any(
        mark in value for mark in ("=", "\n", "--", ": ")
    )


def _judge(names: Sequence[str], value: str) -> str | None:
    leaf = names[-1].rpartition(".")[2] if names else ""
    if is_assignment(value):  # it is judged by itself
        return None
    if _VARIABLE.fullmatch(leaf) and _belongs_to_simulator(leaf, value):
        return f"sets {leaf}, a variable of the simulator"
    name = _qualify(names)
    words = value.split()
    if len(words) <= _MAX_WORDS and any(_leads_to_simulator(leaf, name, word) for word in words):
        return f"sets {name} to the simulator"
    return None


def _belongs_to_simulator(name: str, value: str) -> bool:
    """Return whether a variable is one of the simulator; others may name a URL: `…_URL`."""
    return name in knowledge.read("variables") or not value.strip().lower().startswith(_WEB_SCHEMES)


def _qualify(names: Sequence[str]) -> str:
    """Return the name of a setting, with the names of its sections as far as they are needed."""
    start = len(names) - 1
    while start > 0 and _is_generic(names[start]):
        start -= 1
    return ".".join(names[max(start, 0) :])


def _is_generic(name: str) -> bool:
    return re.sub(r"[\W_]", "", name).casefold() in _GENERIC_NAMES or name == "<<"


def _leads_to_simulator(leaf: str, name: str, value: str) -> bool:
    if is_bare_word(value):  # in any other setting, the name of a field, a variable or a service
        return leaf.upper() == ISSUER_VARIABLE and urls.inspect_issuer(value) is not None
    names_issuer = _ISSUER_NAMES.search(name) is not None
    if not (names_issuer or leaf.isupper()):
        return False
    verdict = _find_dev_mark(value)
    # Settings that are not about an issuer may point to another service on port 8081.
    return verdict is not None and (names_issuer or verdict.code != urls.LOCAL_DEV_PORT)


@lru_cache
def _find_dev_mark(value: str) -> urls.Verdict | None:
    verdict = urls.find_dev_mark(value)
    return None if verdict is None or verdict.code == urls.UNREADABLE_URI else verdict
