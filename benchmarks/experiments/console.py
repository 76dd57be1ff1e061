"""The time until the console shows something in Chromium, which `tests/browser` drives."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.errors import MeasurementError, NotMeasuredHereError
from benchmarks.lab import Lab
from benchmarks.rounds import Series
from benchmarks.subjects import ISSUER, ROOT
from tests.machine import build_debian_environ

_DRIVER: Final = ROOT / "tests/browser/driver.mjs"
_UNPACKED: Final = ROOT / ".cache/chromium/root"
_WARM_UP: Final = 2
"""The first pages that Chromium shows take longer."""
_ENTRY: Final = "performance.getEntriesByName('first-contentful-paint')[0]"


def measure(lab: Lab) -> dict[str, Series]:
    """Open the console again and again, each time with an empty cache.

    Returns:
        `paint`: milliseconds from the navigation to the first contentful paint, as Chromium
        measures it.

    Raises:
        NotMeasuredHereError: this machine has no Chromium, or no driver.
    """
    turns = 4 * lab.plan.starts
    with lab.issuer.run() as server:
        turn: tuple[object, ...] = (
            ("open", {}),
            ("call", "goto", f"{server.url}/"),
            ("waitUntil", _ENTRY),
            ("call", "evaluate", f"{_ENTRY}.startTime"),
        )
        results = _drive(turn * (_WARM_UP + turns))
    return {"paint": {ISSUER: results[len(turn) - 1 :: len(turn)][_WARM_UP:]}}


def _drive(actions: Sequence[object]) -> list[float]:
    """Let the driver do *actions* in Chromium, and return their results."""
    chromium = Path(shutil.which("chromium") or _UNPACKED / "usr/lib/chromium/chromium")
    node, modules = shutil.which("node"), _DRIVER.parent / "node_modules"
    if node is None or not (chromium.exists() and modules.exists()):
        message = "no Chromium, no Node or no driver; ci/console.sh installs them"
        raise NotMeasuredHereError(message)
    output = subprocess.check_output(
        [node, _DRIVER, chromium],
        env={**os.environ, **build_debian_environ(_UNPACKED)},
        input="".join(f"{json.dumps(action)}\n" for action in actions),
        text=True,
    )
    outcomes = [json.loads(line) for line in output.splitlines()]
    for outcome in outcomes:
        if "failure" in outcome:
            raise MeasurementError(outcome["failure"])
    return [outcome["result"] for outcome in outcomes]
