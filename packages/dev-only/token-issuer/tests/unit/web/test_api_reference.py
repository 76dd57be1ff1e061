# DEV-ONLY: never ship to production.
"""The API reference says what its document says, and no text of that becomes markup."""

import html
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from token_issuer.web.console.api_reference import render_api_reference
from token_issuer.web.console.api_schemas import describe_type, describe_value, render_text

pytestmark = pytest.mark.requirement("TI-13")

HOSTILE: Final = "<img src=x onerror=alert(1)>\"'`</code>`"
SCHEMAS: Final[Mapping[str, Any]] = {
    "Pet": {
        "title": "Pet",
        "type": "object",
        "properties": {
            "name": {"type": "string", "examples": ["Rex"]},
            "kind": {"$ref": "#/components/schemas/Kind"},
        },
        "required": ["name", "kind"],
        "additionalProperties": False,
    },
    "Kind": {"title": "Kind", "enum": ["cat", "dog"]},
    "Unused": {"title": "Unused", "type": "object"},
}
PET: Final = {"$ref": "#/components/schemas/Pet"}
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"


def describe(*types: str, **parts: Any) -> dict[str, Any]:
    """Return an operation with a body of these media types, and other parts."""
    body = {"requestBody": {"content": {kind: {"schema": PET} for kind in types}}} if types else {}
    return {
        "operationId": "handle",
        "summary": "Handle a pet",
        "responses": {"200": {"description": "The pet", "content": {JSON: {"schema": PET}}}},
        **body,
        **parts,
    }


def render(paths: Mapping[str, Any], **options: Any) -> str:
    document = {"paths": paths, "components": {"schemas": SCHEMAS}, **options}
    response = render_api_reference(
        document, base="/staff", url="http://localhost:8081/staff", needs_secret=True
    )
    return response.body.decode()


def find_commands(page: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r"<pre><code>(.*?)</code></pre>", page)]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, "any value"),
        ({"type": "string"}, "string"),
        ({"enum": ["a", "b"]}, "string"),
        ({"type": "array", "items": {"type": "integer"}}, "list of integers"),
        ({"type": "array"}, "list of any value"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "object of strings"),
        ({"type": "string", "format": "date-time"}, "date and time"),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, "number"),
        (
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            "string or list of strings",
        ),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}, "string"),
        ({"oneOf": [PET, {"type": "null"}]}, '<a href="#schema-Pet">Pet</a> or null'),
        ({"type": "array", "items": PET}, 'list of <a href="#schema-Pet">Pet</a>'),
    ],
)
def test_type_is_described_in_words(schema: dict[str, Any], words: str) -> None:
    assert describe_type(schema) == words


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"description": "See `kid`."}, "See <code>kid</code>."),
        ({"$ref": "#/components/schemas/Kind"}, "One of <code>cat</code> or <code>dog</code>."),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "1 to 9."),
        ({"type": "integer", "minimum": 0}, "At least 0."),
        ({"type": "string", "minLength": 1, "maxLength": 5}, "Not empty, at most 5 characters."),
        ({"type": "array", "maxItems": 50}, "At most 50 items."),
        ({"type": "boolean", "default": False}, "Default: <code>false</code>."),
        (
            {
                "anyOf": [
                    {"description": "A claim.", "examples": [{"a": 1}], "type": "object"},
                    {"type": "null"},
                ],
                "default": None,
            },
            "A claim. Example: <code>{&quot;a&quot;:1}</code>.",
        ),
    ],
)
def test_value_is_described_by_its_limits_and_examples(schema: dict[str, Any], text: str) -> None:
    assert describe_value(schema, SCHEMAS) == text


def test_docstring_becomes_paragraphs_without_those_about_python() -> None:
    text = (
        "How a key\n    replaces `another`.\n\n"
        "    Attributes:\n        AT_ONCE: At\n            once.\n        LATER: Later.\n\n"
        "    Raises:\n        ValueError: it fails."
    )

    assert render_text(text, ["at-once"]) == (
        "<p>How a key replaces <code>another</code>.</p>"
        "<ul><li><code>at-once</code>: At once.</li><li><code>LATER</code>: Later.</li></ul>"
    )


def test_paths_of_one_operation_are_one_entry() -> None:
    one, two = describe(operationId="one"), describe(operationId="two")
    page = render({
        "/one": {"get": one, "delete": {**one, "operationId": "removeOne"}},
        "/two": {"get": two},
        "/three": {"get": {**two, "operationId": "three", "summary": "Do something else"}},
    })

    assert page.count("<summary><h3><b>") == 3
    assert page.count("and 1 more path<") == 1
    assert re.findall(r'<li id="(\w+)">', page) == ["two"]


def test_operations_are_grouped_by_tags_in_the_order_of_the_document() -> None:
    paths = {
        "/a": {"get": describe(tags=["late"])},
        "/b": {"get": describe(tags=["unknown", "early"])},
        "/c": {"get": describe(summary="Do something")},
    }
    tags = [{"name": name, "description": name} for name in ("early", "late", "empty")]
    page = render(paths, tags=tags)

    assert re.findall(r'<h2 id="([\w-]+)">', page) == [
        "section-early", "section-late", "section-other", "section-schemas",
    ]  # fmt: skip
    assert page.index("/b<") < page.index("/a<") < page.index("/c<")


def test_each_schema_that_is_referenced_has_a_section() -> None:
    page = render({"/pets": {"post": describe(JSON)}})

    assert re.findall(r'id="schema-(\w+)"', page) == ["Kind", "Pet"]
    assert set(re.findall(r'href="#schema-(\w+)"', page)) == {"Kind", "Pet"}


def test_example_has_required_fields_parameters_and_the_secret() -> None:
    parameters = [
        {"name": "id", "in": "path", "schema": {"type": "string"}},
        {"name": "tag", "in": "path", "schema": {"type": "string", "examples": ["a b/c"]}},
        {"name": "X-Y", "in": "header", "schema": {"type": "string", "examples": ["it's"]}},
    ]
    operation = describe(JSON, FORM, parameters=parameters, security=[{}])
    page = render({"/pets/{id}/{tag}": {"put": operation}})

    start = (
        "curl -X PUT -H \"Authorization: Bearer $TOKEN_ISSUER_ADMIN_TOKEN\" -H 'X-Y: it'\"'\"'s' "
    )
    url = "http://localhost:8081/staff/pets/ID/a%20b/c"
    json_body = """-H 'Content-Type: application/json' -d '{"name":"Rex","kind":"cat"}'"""
    assert find_commands(page) == [
        f"{start}{json_body} {url}",
        f"{start}-d name=Rex -d kind=cat {url}",
    ]


def test_example_without_a_body_has_the_query_and_the_method() -> None:
    parameters = [
        {"name": "q", "in": "query", "schema": {"type": "string", "examples": ["a&b"]}},
        {"name": "r", "in": "query", "schema": {"type": "string"}},
    ]
    paths = {"/pets": {"get": describe(parameters=parameters), "delete": describe()}}

    assert find_commands(render(paths)) == [
        "curl 'http://localhost:8081/staff/pets?q=a%26b'",
        "curl -X DELETE http://localhost:8081/staff/pets",
    ]


@pytest.mark.parametrize("key", ["anyOf", "oneOf"])
def test_parameter_is_never_null(key: str) -> None:
    schema = {key: [{"$ref": "#/components/schemas/Kind"}, {"type": "null"}]}
    kind = {"name": "kind", "in": "query", "schema": schema}
    number = {"name": "number", "in": "path", "schema": {"type": "integer", "examples": [7]}}
    page = render({"/pets/{number}": {"get": describe(parameters=[kind, number])}})

    assert '<a href="#schema-Kind">Kind</a>, in the query string</small>' in page
    assert find_commands(page) == ["curl http://localhost:8081/staff/pets/7"]


def test_links_lead_below_the_path_of_the_issuer() -> None:
    page = render({"/pets": {"get": describe()}})

    assert {link for link in re.findall(r'href="([^"]*)"', page) if not link.startswith("#")} == {
        "/staff/",
        "/staff/openapi.json",
        "/staff/console/icon.svg",
        "/staff/console/style.css",
    }


def test_no_text_of_the_document_becomes_markup() -> None:
    field = {"type": "string", "description": HOSTILE, "examples": [HOSTILE], "default": HOSTILE}
    operation = describe(
        summary=HOSTILE,
        description=HOSTILE,
        parameters=[{"name": HOSTILE, "in": "query", "description": HOSTILE, "schema": field}],
        requestBody={
            "content": {JSON: {"schema": {"type": "object", "properties": {HOSTILE: field}}}}
        },
        tags=["x"],
    )
    page = render({f"/{HOSTILE}": {"get": operation}}, tags=[{"name": "x", "description": HOSTILE}])

    assert "<img" not in page
    assert page.count("&lt;img") > 9
