"""The published page, rendered from the catalogue and the facts."""

from collections.abc import Iterator
from typing import Final

from tests.google_clients.catalogue import FLOWS, LANGUAGES
from tests.google_clients.published import Facts

INTRODUCTION: Final = """\
# Google's clients

<!-- Written by ci/google-clients.sh --write from what the clients did. -->

These client libraries run unmodified against the issuer, under
[`token-issuer google`](../guides/google-clients.md), which sets environment variables and nothing
else. `ci/google-clients.sh` runs each call below for every change.
"""
FLOWS_NOTE: Final = """\
## What is tested

Each call must succeed. A call that verifies a token must also reject the same token of another
issuer, and the issuer must refuse a key file of another issuer with `invalid_grant`, whose reason
the library shows.
"""
VARIABLES_NOTE: Final = """\
## What is set

`token-issuer google` sets all of these variables. A language needs those that are marked: without
one of them, a call fails; with these alone, all of its calls succeed. Calls with a key file or an
external account also need the path of that file, as in production.
"""
OLDER_NODE_NOTE: Final = """\
## Older Node

Node reads `HTTPS_PROXY` itself from version 22.21 on, if `NODE_USE_ENV_PROXY` is set. Both
libraries state Node 22 as their minimum. With Node {version}, calls of libraries that support
proxies themselves still work, and these fail:
"""
REPRODUCTION: Final = """\
## How to reproduce it

```sh not-run
ci/google-clients.sh         # runs every call, and compares the result with this page
ci/google-clients.sh --write # also measures which variables are needed, and writes this page
```

It needs Go 1.26, a JDK (17 or newer) and Maven; Node comes from PyPI. The programs are in
[tests/google_clients](../../tests/google_clients).
"""


def render_page(facts: Facts) -> str:
    """Render the whole page."""
    parts = [
        INTRODUCTION,
        "\n".join([*render_versions(facts), ""]),
        FLOWS_NOTE,
        "\n".join([*render_flows(), ""]),
        VARIABLES_NOTE,
        "\n".join([*render_variables(facts), ""]),
        OLDER_NODE_NOTE.format(version=facts.older_node),
        "\n".join([*render_older_node(facts), ""]),
        REPRODUCTION,
    ]
    return "\n".join(parts)


def render_versions(facts: Facts) -> Iterator[str]:
    """Yield the table of the libraries."""
    yield "| language | library | version |"
    yield "|---|---|---|"
    for name, language in LANGUAGES.items():
        for library in language.libraries:
            yield f"| {name} | `{library}` | {facts.versions[library_key(name, library)]} |"


def library_key(language: str, library: str) -> str:
    """Return the name of a library in the facts: two languages have a `firebase-admin`."""
    return f"{language} {library}"


def render_flows() -> Iterator[str]:
    """Yield the table of the flows."""
    yield f"| an application can | {' | '.join(LANGUAGES)} |"
    yield f"|---|{'---|' * len(LANGUAGES)}"
    for flow, description in FLOWS.items():
        cells = (
            "<br>".join(
                dict.fromkeys(
                    f"`{calls[flow]}`" for calls in language.libraries.values() if flow in calls
                )
            )
            for language in LANGUAGES.values()
        )
        yield f"| {description.title} | {' | '.join(cells)} |"


def render_variables(facts: Facts) -> Iterator[str]:
    """Yield the table of the variables."""
    yield f"| variable | {' | '.join(LANGUAGES)} |"
    yield f"|---|{'---|' * len(LANGUAGES)}"
    for variable in facts.variables:
        cells = ("needed" if variable in facts.needed[name] else "" for name in LANGUAGES)
        yield f"| `{variable}` | {' | '.join(cells)} |"


def render_older_node(facts: Facts) -> Iterator[str]:
    """Yield the list of what fails with an older Node."""
    calls = LANGUAGES["Node"].libraries
    for library, flows in facts.older_node_failures.items():
        for flow in flows:
            yield f"- `{library}`: `{calls[library][flow]}`, to {FLOWS[flow].title}"
