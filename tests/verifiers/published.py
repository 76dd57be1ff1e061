"""The published files: the raw results, and the page rendered from them."""

import json
from pathlib import Path
from typing import Final

from tests.machine import ROOT
from tests.verifiers.measuring import Record

RESULTS: Final = ROOT / "docs/verifiers.json"
PAGE: Final = ROOT / "docs/verifiers.md"


def read_results(path: Path = RESULTS) -> Record:
    """Return the published results; empty if none are published yet."""
    if not path.exists():
        return {"groups": {}, "verifiers": {}}
    results: Record = json.loads(path.read_text(encoding="utf-8"))
    return results


def write_results(results: Record, path: Path = RESULTS) -> None:
    """Write the results as JSON."""
    text = json.dumps(results, indent=0, separators=(",", ":"))
    path.write_text(f"{text}\n", encoding="utf-8")
