# DEV-ONLY: never ship to production.
"""Command lines that call an operation with curl, with the examples of the OpenAPI document."""

from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any, Final
from urllib.parse import quote as quote_url
from urllib.parse import quote_plus, urlencode

import msgspec

from token_issuer.config.declaration import PREFIX
from token_issuer.media_types import FORM_TYPE, JSON_TYPE
from token_issuer.web.console.api_schemas import Schema, Schemas, resolve, simplify

_SECRET_FIELD: Final = f'-H "Authorization: Bearer ${PREFIX}ADMIN_TOKEN"'
_JSON_FIELD: Final = f"-H 'Content-Type: {JSON_TYPE}'"


def build_commands(
    method: str,
    url: str,
    operation: Mapping[str, Any],
    schemas: Schemas,
    *,
    needs_secret: bool,
) -> Iterator[str]:
    """Yield a command line for each kind of body for which the document has an example.

    Args:
        method: The method, in upper case.
        url: The URL of the operation, with names of parameters in braces.
        operation: The operation.
        schemas: The schemas of the document.
        needs_secret: Whether the operations below `/admin` need the secret.
    """
    bodies = list(_build_bodies(operation, schemas))
    parts = ["curl"]
    if method != ("POST" if bodies else "GET"):
        parts.append(f"-X {method}")
    if needs_secret and "security" in operation:
        parts.append(_SECRET_FIELD)
    query = {}
    for parameter in operation.get("parameters", ()):
        name, schema = parameter["name"], parameter.get("schema", {})
        example = schema.get("examples", [None])[0]
        match parameter["in"]:
            case "path":
                value = quote_url(str(example or name.upper()), safe="/:@")
                url = url.replace(f"{{{name}}}", value)
            case "query" if example is not None and not bodies:
                query[name] = example
            case "header" if example is not None:
                parts.append(f"-H {quote(f'{name}: {example}')}")
    target = quote(f"{url}?{urlencode(query)}" if query else url)
    for body in bodies or [()]:
        yield " ".join((*parts, *body, target))


def _build_bodies(operation: Mapping[str, Any], schemas: Schemas) -> Iterator[tuple[str, ...]]:
    """Yield the options of curl for each kind of body."""
    content = operation.get("requestBody", {}).get("content", {})
    found = {kind: resolve(described["schema"], schemas) for kind, described in content.items()}
    value = _build_object(found.get(JSON_TYPE, {}), schemas)
    if value:
        yield _JSON_FIELD, f"-d {quote(msgspec.json.encode(value).decode())}"
    fields = found.get(FORM_TYPE, {}).get("properties", {})
    pairs = {name: field["examples"][0] for name, field in fields.items() if "examples" in field}
    if pairs:
        pairs = value or pairs
        yield tuple(_build_form_field(name, str(text)) for name, text in pairs.items())


def _build_form_field(name: str, value: str) -> str:
    option = "-d" if quote_plus(value) == value else "--data-urlencode"
    return f"{option} {quote(f'{name}={value}')}"


def _build_object(schema: Schema, schemas: Schemas) -> dict[str, Any]:
    """Return an object with the required fields, or else with the first that has an example."""
    fields = {
        name: {**resolve(field, schemas), **simplify(field)}
        for name, field in schema.get("properties", {}).items()
    }
    names = schema.get("required") or [name for name in fields if "examples" in fields[name]][:1]
    return {name: _build_value(fields[name], schemas) for name in names}


def _build_value(schema: Schema, schemas: Schemas) -> Any:
    found = resolve(schema, schemas)
    if "examples" in schema:
        return schema["examples"][0]
    if "properties" in found:
        return _build_object(found, schemas)
    if found.get("type") == "array":
        return [_build_value(found["items"], schemas)]
    return [*found.get("enum", ()), ""][0]
