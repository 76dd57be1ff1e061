"""The published facts, which a run measures, and the page rendered from them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.machine import ROOT

FACTS: Final = ROOT / "docs/google-clients.json"
PAGE: Final = ROOT / "docs/reference/google-clients.md"

Failures = Mapping[str, Sequence[str]]
"""The flows that fail, by library."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a run measured.

    Attributes:
        versions: The version of each library.
        variables: All variables that `token-issuer google` sets.
        needed: For each language, variables that suffice, and of which none can be left out.
        older_node: The version of the Node that does not read NODE_USE_ENV_PROXY.
        older_node_failures: What fails with it.
    """

    versions: Mapping[str, str]
    variables: Sequence[str]
    needed: Mapping[str, Sequence[str]]
    older_node: str
    older_node_failures: Failures


def read_facts(path: Path = FACTS) -> Facts:
    """Return the published facts."""
    return Facts(**json.loads(path.read_text(encoding="utf-8")))


def write_facts(facts: Facts, path: Path = FACTS) -> None:
    """Write the facts as JSON."""
    path.write_text(f"{json.dumps(asdict(facts), indent=1)}\n", encoding="utf-8")
