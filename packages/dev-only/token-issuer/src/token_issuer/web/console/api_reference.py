# DEV-ONLY: never ship to production.
"""The API reference: a page without scripts, rendered from the OpenAPI document."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from proxy_guard.dev_marks import SERVICE_NAME

from token_issuer.markup import Markup, element, join, mark_code
from token_issuer.paths import OPENAPI_PATH
from token_issuer.web.console.api_operations import Context, Entry, render_entry
from token_issuer.web.console.api_schemas import Schemas, list_references, render_schemas
from token_issuer.web.console.frame import render_frame
from token_issuer.web.response import RawResponse

_SCHEMAS: Final = {"name": "schemas", "description": "The objects in requests and responses."}
_OTHERS: Final = {"name": "other", "description": "The operations without a group."}


def render_api_reference(
    document: Mapping[str, Any], *, base: str, url: str, needs_secret: bool
) -> RawResponse:
    """Render the page.

    Args:
        document: The OpenAPI document.
        base: The path of the issuer, for links.
        url: The base URL of the issuer, for examples.
        needs_secret: Whether the operations below `/admin` need the secret.
    """
    schemas = document["components"]["schemas"]
    used = _collect_schemas(document["paths"], schemas)
    context = Context(schemas, url, needs_secret)
    groups = _collect_groups(document)
    main = element(
        "main",
        _render_introduction(document, base),
        _render_contents([*(group["name"] for group, _ in groups), _SCHEMAS["name"]]),
        *(
            _render_section(group, join(*(render_entry(entry, context) for entry in entries)))
            for group, entries in groups
        ),
        _render_section(_SCHEMAS, render_schemas(used)),
        id="main",
        tabindex="-1",
        class_="api",
    )
    links = (
        element("a", "Console", href=f"{base}/"),
        element("a", "OpenAPI document", href=f"{base}{OPENAPI_PATH}"),
    )
    navigation = element("nav", *links, aria_label="Related")
    return render_frame(f"API of {SERVICE_NAME}", base, navigation, main)


def _render_introduction(document: Mapping[str, Any], base: str) -> Markup:
    count = sum(map(len, document["paths"].values()))
    link = element("a", element("code", OPENAPI_PATH), href=f"{base}{OPENAPI_PATH}")
    return element(
        "p",
        f"All {count} operations of this issuer, as ",
        link,
        " describes them for programs. Open an operation for its parameters, its responses and a "
        "command line to try it.",
    )


def _render_contents(names: Sequence[str]) -> Markup:
    links = [element("a", name.capitalize(), href=f"#{_get_section_id(name)}") for name in names]
    return element("nav", *links, aria_label="Contents")


def _render_section(group: Mapping[str, str], content: Markup) -> Markup:
    id_ = _get_section_id(group["name"])
    heading = element("h2", group["name"].capitalize(), id=id_)
    text = element("p", mark_code(group["description"]))
    return element("section", heading, text, content, aria_labelledby=id_)


def _collect_groups(document: Mapping[str, Any]) -> list[tuple[Mapping[str, str], list[Entry]]]:
    """Return the entries of each tag that has any."""
    groups = [*document.get("tags", ()), _OTHERS]
    entries: dict[str, list[Entry]] = {group["name"]: [] for group in groups}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            tags = [tag for tag in operation.get("tags", ()) if tag in entries]
            known = entries[tags[0] if tags else _OTHERS["name"]]
            place = (operation["operationId"], method.upper(), path)
            rest = {**operation, "operationId": ""}
            for entry in known:
                if entry.operation == rest and entry.places[0][1] == place[1]:
                    entry.places.append(place)
                    break
            else:
                known.append(Entry(rest, [place]))
    return [(group, entries[group["name"]]) for group in groups if entries[group["name"]]]


def _collect_schemas(paths: Mapping[str, Any], schemas: Schemas) -> Schemas:
    """Return the schemas to which the operations refer, and those to which these refer."""
    used: set[str] = set()
    new = set(list_references(paths))
    while new:
        used |= new
        new = {name for each in new for name in list_references(schemas[each])} - used
    return {name: schemas[name] for name in used}


def _get_section_id(name: str) -> str:
    return f"section-{re.sub('[^a-z0-9]+', '-', name.lower())}"
