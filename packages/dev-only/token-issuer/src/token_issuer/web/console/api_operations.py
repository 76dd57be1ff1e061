# DEV-ONLY: never ship to production.
"""An operation in the API reference: its paths, request, responses and command lines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from token_issuer.markup import Markup, element, join, mark_code
from token_issuer.web.console.api_examples import build_commands
from token_issuer.web.console.api_schemas import (
    Schema,
    Schemas,
    describe_type,
    get_options,
    render_fields,
    render_row,
    render_table,
    render_text,
    resolve,
    separate,
)

_REQUIRED: Final = "required"
_PLACES: Final = {
    "cookie": "cookie",
    "header": "header field",
    "path": "in the path",
    "query": "in the query string",
}


@dataclass(frozen=True)
class Entry:
    """Operations that differ only in their paths.

    Attributes:
        operation: The operation at the first path.
        places: The id, method and path of each.
    """

    operation: Mapping[str, Any]
    places: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Context:
    """What all parts of the page need: the schemas, the base URL, and whether there is a secret."""

    schemas: Schemas
    url: str
    needs_secret: bool


def render_entry(entry: Entry, context: Context) -> Markup:
    """Render an operation, which opens if a link leads to the id of any of its paths."""
    operation = entry.operation
    (id_, method, path), *aliases = entry.places
    note = f"and {len(aliases)} more path{'s' if len(aliases) > 1 else ''}" if aliases else ""
    summary = element(
        "summary",
        element("h3", element("b", method), " ", element("code", path)),
        " ",
        element("small", note) if note else "",
        element("span", mark_code(operation["summary"])),
    )
    others = [
        element("li", element("b", method), " ", element("code", path), id=id_)
        for id_, method, path in aliases
    ]
    commands = build_commands(
        method,
        context.url + path,
        operation,
        context.schemas,
        needs_secret=context.needs_secret,
    )
    return element(
        "details",
        summary,
        element(
            "div",
            render_text(operation["description"]) if "description" in operation else "",
            join(element("p", "The same at:"), element("ul", *others)) if others else "",
            *(element("pre", element("code", command)) for command in commands),
            *_render_request(operation, context.schemas),
            *_render_responses(operation["responses"], context.schemas),
            id=id_,
        ),
    )


def _render_request(operation: Mapping[str, Any], schemas: Schemas) -> Iterator[Markup]:
    """Render the parameters and the body, without parameters that are also fields of the body."""
    content = operation.get("requestBody", {}).get("content", {})
    bodies = [resolve(described["schema"], schemas) for described in content.values()]
    fields = next((body for body in bodies if "properties" in body), {})
    names = fields.get("properties", {})
    parameters = operation.get("parameters", ())
    rows = [
        render_row(
            each["name"],
            _describe_parameter(each),
            schemas,
            _PLACES[each["in"]],
            _REQUIRED if each.get("required") else "",
        )
        for each in parameters
        if each["name"] not in names
    ]
    if rows:
        yield render_table("Parameters", rows)
    if not content:
        return
    kinds = separate([element("code", kind) for kind in content], last=" or ")
    is_also_query = any(each["name"] in names for each in parameters)
    caption = join("Body: ", kinds, "; or in the query string" if is_also_query else "")
    if not names:
        yield element("p", caption, ", ", describe_type(next(iter(content.values()))["schema"]))
        return
    yield render_fields(caption, fields, schemas, _REQUIRED)
    if fields.get("additionalProperties") is False:
        yield element("p", "Other fields are rejected.")


def _render_responses(responses: Mapping[str, Any], schemas: Schemas) -> Iterator[Markup]:
    rows = [
        element(
            "tr",
            element("th", element("code", status), scope="row"),
            element("td", mark_code(response["description"])),
        )
        for status, response in sorted(responses.items())
    ]
    yield render_table("Responses", rows)
    for is_error, label in ((False, "Response: "), (True, "Errors: ")):
        forms = dict.fromkeys(
            form
            for status, response in sorted(responses.items())
            if (status >= "400") is is_error
            for form in _describe_forms(response)
        )
        if forms:
            yield element("p", label, separate(list(forms)), ".")
    for described in responses["200"]["content"].values():
        for option in described["schema"].get("anyOf", [described["schema"]]):
            body = resolve(option, schemas)
            if "properties" in body:
                caption = join("Fields of ", describe_type(option))
                yield render_fields(caption, body, schemas, "always present")


def _describe_forms(response: Mapping[str, Any]) -> Iterator[Markup]:
    for kind, described in response.get("content", {}).items():
        yield join(element("code", kind), " (", describe_type(described["schema"]), ")")


def _describe_parameter(parameter: Mapping[str, Any]) -> Schema:
    """Return the schema of a parameter, with the description of the parameter if it has one."""
    content = parameter.get("content", {"": parameter})
    schema: Schema = next(iter(content.values()))["schema"]
    options = get_options(schema)
    value = {**schema, "anyOf": options} if options else schema  # no parameter is null
    description = parameter.get("description", schema.get("description"))
    return value if description is None else {**value, "description": description}
