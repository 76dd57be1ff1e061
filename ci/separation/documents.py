"""Documents whose format says what a value is: YAML, JSON, TOML, property lists, XML.

Each is read as a tree of mappings, lists and strings, and each string in it is yielded with the
names that lead to it. A mapping is a list of pairs, since a name may occur twice.
"""

import base64
import binascii
import json
import plistlib
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final
from xml.parsers import expat

import yaml

Path = tuple[str, ...]

_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEMPLATE_LINE: Final = re.compile(r"^[ \t]*(?:\{\{.*\}\}|\{%.*%\}|\{#.*#\})[ \t]*$", re.MULTILINE)
_TEMPLATE: Final = re.compile(r"\{\{[^\n]{0,400}?\}\}|\{%[^\n]{0,400}?%\}")
_YAML_LINE: Final = re.compile(r"""^[ \t-]*["']?[\w./-]+["']?:(?:[ \t]|$)""", re.MULTILINE)
_COMMENT: Final = re.compile(
    r""""(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|(?P<comment>//[^\n]*|/\*.*?\*/)""", re.DOTALL
)
_XML_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]*\?>")
_LONG_KEY: Final = re.compile(r"(?:[\w-]+\.){64}")  # tomllib takes quadratic time for these
_BLANK: Final = re.compile(r"\s*")
_BARE_KEY: Final = re.compile(r"""([{,]\s*)["']?([A-Za-z_$][\w$.-]*)["']?\s*:""")
_NAME_KEYS: Final = {"name", "key", "parameterkey", "optionname", "variable"}
_VALUE_KEYS: Final = {"value", "parametervalue", "default", "content", ""}
_MALFORMED: Final = (
    *(ValueError, RecursionError, expat.ExpatError, yaml.YAMLError, plistlib.InvalidFileException),
    *(AttributeError, IndexError, KeyError, OverflowError, TypeError),  # plistlib raises these too
)
_MAX_STEPS: Final = 200_000
_MAX_DEPTH: Final = 200
_PATH_MEMORY: Final = 3


class Pairs(list[tuple[str, Any]]):
    """A mapping."""


def read_strings(name: str, data: bytes, text: str) -> Iterator[tuple[Path, str]]:
    """Yield each string of a document, given as bytes and as text, with the names that lead to it.

    *name* is the name of the file, or of the value that contains the document.
    """
    for tree in _parse(name, data, text.lstrip("\ufeff")):
        yield from _walk(tree)


def decode_base64(text: str) -> str | None:
    """Return the text that *text* encodes; None if it is not base64 of text."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _parse(name: str, data: bytes, text: str) -> list[Any]:
    start = text.lstrip()[:9]
    try:
        if data.startswith(b"bplist00") or "<plist" in text[:1024]:
            return [_to_tree(plistlib.loads(data))]
        if start.startswith("<"):
            return [_parse_xml(text)]
        if name.endswith(".toml") and not _LONG_KEY.search(text):
            return [_to_tree(tomllib.loads(text))]
        if start.startswith(("{", "[", '"', "//", "/*")):
            return _parse_json(text)
        if name.endswith((".yaml", ".yml")) or _YAML_LINE.search(text):
            return _parse_templated_yaml(text)
    except _MALFORMED:
        pass  # the text search reads what no parser accepts
    return []


def _parse_json(text: str) -> list[Any]:
    """Parse JSON, JSON Lines, JSON with comments, or JSON5."""
    decoder = json.JSONDecoder(object_pairs_hook=Pairs, strict=False)
    trees, position = [], 0
    try:
        while blank := _BLANK.match(text, position):
            if blank.end() == len(text):
                break
            tree, position = decoder.raw_decode(text, blank.end())
            trees.append(_to_tree(tree))
    except ValueError:
        relaxed = _COMMENT.sub(lambda match: "" if match["comment"] else match[0], text)
        return _parse_templated_yaml(_BARE_KEY.sub(r'\1"\2": ', relaxed.replace("\t", " ")))
    return trees


def _parse_templated_yaml(text: str) -> list[Any]:
    try:
        return _parse_yaml(text)
    except yaml.YAMLError:
        if "{{" not in text and "{%" not in text:
            raise
        return _parse_yaml(_TEMPLATE.sub("template", _TEMPLATE_LINE.sub("", text)))


def _parse_yaml(text: str) -> list[Any]:
    """Build trees from events, since the parsers of nodes recurse. An alias is the same object."""
    builder = _Builder()
    anchors: dict[str | None, Any] = {}
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            builder.add(anchors.get(event.anchor, ""))
        elif isinstance(event, yaml.ScalarEvent):
            is_binary = event.tag is not None and event.tag.endswith(":binary")
            node: Any = (is_binary and decode_base64(event.value)) or event.value
            builder.add(node)
            anchors[event.anchor] = node
        elif isinstance(event, yaml.CollectionStartEvent):
            node = Pairs() if isinstance(event, yaml.MappingStartEvent) else []
            builder.open(node)
            anchors[event.anchor] = node
        elif isinstance(event, yaml.CollectionEndEvent):
            builder.close()
    return builder.trees


class _Builder:
    """Builds trees from a sequence of strings, and of collections that are opened and closed."""

    def __init__(self) -> None:
        self.trees: list[Any] = []
        self._open: list[Any] = []
        self._keys: list[str | None] = []

    def add(self, node: Any) -> None:
        if not self._open:
            self.trees.append(node)
        elif not isinstance(self._open[-1], Pairs):
            self._open[-1].append(node)
        elif (key := self._keys[-1]) is None:
            self._keys[-1] = node if isinstance(node, str) else ""
        else:
            self._open[-1].append((key, node))
            self._keys[-1] = None

    def open(self, node: Any) -> None:
        if len(self._open) >= _MAX_DEPTH:
            message = f"it is nested deeper than {_MAX_DEPTH} levels"
            raise ValueError(message)
        self.add(node)
        self._open.append(node)
        self._keys.append(None)

    def close(self) -> None:
        self._open.pop()
        self._keys.pop()


def _parse_xml(text: str) -> Any:
    builder = _Builder()
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        builder.add(name.rpartition(":")[2])
        builder.open(Pairs(attributes.items()))

    def add_text(data: str) -> None:
        builder.add("")
        builder.add(data)

    def refuse(*_: object) -> None:
        message = "it declares an entity"
        raise ValueError(message)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: builder.close()
    parser.CharacterDataHandler = add_text
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    builder.open(Pairs())
    parser.Parse(_XML_DECLARATION.sub("", text), True)
    return builder.trees[0]


def _to_tree(value: Any) -> Any:
    match value:
        case Pairs() | dict():
            members = value.items() if isinstance(value, dict) else value
            return Pairs((str(name), _to_tree(item)) for name, item in members)
        case list():
            return [_to_tree(item) for item in value]
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)


def _walk(tree: Any) -> Iterator[tuple[Path, str]]:
    """Yield the strings. Shared parts are walked once for each path of a few names."""
    waiting: list[tuple[Path, Any]] = [((), tree)]
    visited: set[tuple[int, Path]] = set()
    while waiting and len(visited) < _MAX_STEPS:
        path, node = waiting.pop()
        if isinstance(node, str):
            yield path, node
            continue
        place = (id(node), path[-_PATH_MEMORY:])
        if place in visited:
            continue
        visited.add(place)
        if isinstance(node, Pairs):
            waiting += _list_members(path, node)
        else:
            waiting += [(path, item) for item in node]
            waiting += _list_arguments(path, node)


def _list_members(path: Path, node: Pairs) -> Iterator[tuple[Path, Any]]:
    is_secret = ("kind", "Secret") in node
    is_encoded = any(name == "encoding" and item in ("b64", "base64") for name, item in node)
    for name, item in node:
        inside = (*path, name) if name else path
        is_base64 = name == "binaryData" or (is_secret and name == "data")
        if is_base64 and isinstance(item, Pairs):
            yield inside, Pairs((key, _decode(value)) for key, value in item)
        elif is_encoded and name == "content":
            yield inside, _decode(item)
        else:
            yield inside, item
    names = [item for name, item in node if name.casefold() in _NAME_KEYS and isinstance(item, str)]
    for name in names[:1]:
        for member, item in node:
            if member.casefold() in _VALUE_KEYS:
                yield (*path, name), item


def _list_arguments(path: Path, items: list[Any]) -> Iterator[tuple[Path, str]]:
    """Yield the options of a command whose value is the next argument."""
    for option, value in pairwise(items):
        if not isinstance(option, str) or not isinstance(value, str):
            continue
        if option.startswith("-") and "=" not in option and not value.startswith("-"):
            yield (*path, option.lstrip("-")), value


def _decode(value: Any) -> Any:
    return (isinstance(value, str) and decode_base64(value)) or value
