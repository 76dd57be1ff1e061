"""gitleaks and trufflehog with the generated rules."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.machine import ROOT, run
from tests.policy.samples import Sample

POLICY: Final = ROOT / "policy"


def run_gitleaks(
    command: Path, folder: Path, report: Path, config: Path = POLICY / "gitleaks.toml"
) -> Mapping[str, set[str]]:
    """Return the rules of *config* that find each file below *folder*."""
    options = ("--config", config, "--report-path", report, "--exit-code=0")
    run(command, "dir", folder, *options)
    found: dict[str, set[str]] = defaultdict(set)
    for finding in json.loads(report.read_text(encoding="utf-8")):
        found[str(Path(finding["File"]).relative_to(folder))].add(finding["RuleID"])
    return found


def run_trufflehog(command: Path, folder: Path) -> Mapping[str, set[str]]:
    """Return the custom detectors that find each file below *folder*."""
    options = ("--config", POLICY / "trufflehog.yaml", "--no-verification", "--no-update")
    lines = run(command, "filesystem", folder, *options, "--json").splitlines()
    found: dict[str, set[str]] = defaultdict(set)
    for finding in map(json.loads, lines):
        name = (finding.get("ExtraData") or {}).get("name", "")
        if name.startswith("dev-only-"):  # the detectors of trufflehog find keys, too
            path = finding["SourceMetadata"]["Data"]["Filesystem"]["file"]
            found[str(Path(path).relative_to(folder))].add(name)
    return found


def list_wrong(samples: Sequence[Sample], found: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return the files whose findings are not those that their marks demand."""
    return {
        sample.path: rules
        for sample in samples
        if (rules := found.get(sample.path, set())) != {f"dev-only-{r}" for r in sample.rules}
    }
