# DEV-ONLY: never ship to production.
"""JSON schemas in words: the type of a value, a table of fields, and the section of each schema."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from token_issuer.markup import Markup, element, join, mark_code

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]
"""The schemas of the document, by name."""

_NULL: Final[Schema] = {"type": "null"}
_PLURALS: Final = {
    "boolean": "booleans",
    "integer": "integers",
    "number": "numbers",
    "object": "objects",
    "string": "strings",
}
_FORMATS: Final = {"date-time": "date and time"}
_BLOCK: Final = re.compile(r"(?P<title>[A-Z][a-z]+):\n(?P<items>.+)", re.DOTALL)
_ITEM: Final = re.compile(r"^(?P<name>\w+): (?P<text>.+(?:\n .+)*)", re.MULTILINE)


def describe_type(schema: Schema, *, is_plural: bool = False) -> Markup:
    """Return the type of a value in words, such as "string or list of strings"."""
    if "$ref" in schema:
        return _link(_get_name(schema))
    options = get_options(schema)
    if options:
        words = dict.fromkeys(describe_type(each, is_plural=is_plural) for each in options)
        if "number" in words:
            words.pop(Markup("integer"), None)
        if _NULL in _get_all_options(schema) and "default" not in schema:
            words[Markup("null")] = None
        return separate(list(words), last=" or ")
    values = schema.get("enum", ())
    kind = "string" if values and isinstance(values[0], str) else schema.get("type", "any value")
    if kind == "array":
        return join("list of ", describe_type(schema.get("items", {}), is_plural=True))
    members = schema.get("additionalProperties")
    if kind == "object" and members:
        return join("object of ", describe_type(members, is_plural=True))
    if schema.get("format") in _FORMATS:
        return Markup(_FORMATS[schema["format"]])
    return join(_PLURALS.get(kind, kind) if is_plural else kind)


def describe_value(schema: Schema, schemas: Schemas) -> Markup:
    """Return the description of a value: its meaning, permitted values, default and example."""
    found = simplify(schema)
    values = resolve(schema, schemas).get("enum", ())
    limits = [] if values else list(dict.fromkeys(_describe_limits(schema)))
    sentences = [mark_code(found["description"])] if "description" in found else []
    if values:
        sentences.append(_list_values(values))
    if limits:
        sentences.append(join(", ".join(limits).capitalize(), "."))
    if found.get("default") is not None:
        sentences.append(join("Default: ", _code(found["default"]), "."))
    if found.get("examples"):
        sentences.append(join("Example: ", _code(found["examples"][0]), "."))
    return separate(sentences, " ")


def render_fields(caption: Markup, schema: Schema, schemas: Schemas, mark: str) -> Markup:
    """Render the table of the fields of an object.

    Args:
        caption: The caption.
        schema: The schema of the object, which has `properties`.
        schemas: The schemas of the document.
        mark: The word for a required field.
    """
    required = schema.get("required", ())
    return render_table(
        caption,
        [
            render_row(name, field, schemas, mark if name in required else "")
            for name, field in schema["properties"].items()
        ],
    )


def render_table(caption: str, rows: Sequence[Markup]) -> Markup:
    """Render a table with a name and a description in each row."""
    return element("table", element("caption", caption), element("tbody", *rows))


def render_row(name: str, schema: Schema, schemas: Schemas, *marks: str) -> Markup:
    """Render the row of a field or parameter; *marks* are words such as "required"."""
    words = separate(list(filter(None, (describe_type(schema), *marks))))
    return element(
        "tr",
        element("th", element("code", name), " ", element("small", words), scope="row"),
        element("td", describe_value(schema, schemas)),
    )


def render_schemas(schemas: Schemas) -> Markup:
    """Render the section of each schema, to which the types link."""
    return join(*(_render_schema(name, schemas) for name in sorted(schemas)))


def render_text(text: str, values: Sequence[str] = ()) -> Markup:
    """Render a docstring: its paragraphs, and the list of an `Attributes:` block.

    Other blocks, such as `Raises:`, are about Python.

    Args:
        text: The docstring; all lines but the first are indented.
        values: The values of an enumeration, for which its attributes are shown.
    """
    first, _, rest = text.partition("\n")
    indent = min((len(line) - len(line.lstrip()) for line in rest.splitlines() if line), default=0)
    dedented = "\n".join([first, *(line[indent:] for line in rest.splitlines())])
    return join(*(_render_paragraph(each, values) for each in re.split(r"\n{2,}", dedented)))


def separate(parts: Sequence[str], separator: str = ", ", last: str | None = None) -> Markup:
    """Join *parts* with *separator*, and the last one with *last*, such as " or "."""
    joined: list[str] = []
    for index, part in enumerate(parts):
        is_last = index == len(parts) - 1
        joined += [last if is_last and last else separator, part] if index else [part]
    return join(*joined)


def resolve(schema: Schema, schemas: Schemas) -> Schema:
    """Return the schema itself, or the one to which it refers."""
    simple = simplify(schema)
    return schemas[_get_name(simple)] if "$ref" in simple else simple


def simplify(schema: Schema) -> Schema:
    """Return the schema of an optional value as that of the value."""
    options = get_options(schema)
    return {**options[0], **schema} if len(options) == 1 else schema


def list_references(value: Any) -> Iterator[str]:
    """Yield the name of each schema to which a part of a document refers."""
    if isinstance(value, Mapping):
        if "$ref" in value:
            yield _get_name(value)
        for member in value.values():
            yield from list_references(member)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from list_references(item)


def _render_schema(name: str, schemas: Schemas) -> Markup:
    schema = schemas[name]
    text = render_text(schema.get("description", ""), schema.get("enum", ()))
    table = Markup()
    if "properties" in schema:
        table = render_fields(Markup("Fields"), schema, schemas, "required")
    elif "enum" in schema:
        table = element("p", _list_values(schema["enum"]))
    return element(
        "details",
        element("summary", element("h3", name)),
        element("div", text, table, id=f"schema-{name}"),
    )


def _render_paragraph(text: str, values: Sequence[str]) -> Markup:
    block = _BLOCK.fullmatch(text)
    if block is None:
        return element("p", mark_code(" ".join(text.split())))
    if block["title"] != "Attributes":
        return Markup()
    lines = re.sub(r"^ {4}", "", block["items"], flags=re.MULTILINE)
    items = []
    for item in _ITEM.finditer(lines):
        value = item["name"].lower().replace("_", "-")
        shown = element("code", value if value in values else item["name"])
        items.append(element("li", shown, ": ", mark_code(" ".join(item["text"].split()))))
    return element("ul", *items)


def _describe_limits(schema: Schema) -> Iterator[str]:
    for option in get_options(schema):
        yield from _describe_limits(option)
    if schema.get("minLength") == 1 or schema.get("minItems") == 1:
        yield "not empty"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        yield f"{low} to {high}"
    elif low is not None:
        yield f"at least {low}"
    for key, unit in (("maxLength", "characters"), ("maxItems", "items")):
        if key in schema:
            yield f"at most {schema[key]} {unit}"


def get_options(schema: Schema) -> list[Schema]:
    """Return the alternatives of a value, without null."""
    return [option for option in _get_all_options(schema) if option != _NULL]


def _get_all_options(schema: Schema) -> Sequence[Schema]:
    options: Sequence[Schema] = schema.get("anyOf") or schema.get("oneOf") or ()
    return options


def _list_values(values: Sequence[Any]) -> Markup:
    return join("One of ", separate([_code(value) for value in values], last=" or "), ".")


def _get_name(schema: Schema) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def _link(name: str) -> Markup:
    return element("a", name, href=f"#schema-{name}")


def _code(value: Any) -> Markup:
    return element("code", value if isinstance(value, str) else msgspec.json.encode(value).decode())
