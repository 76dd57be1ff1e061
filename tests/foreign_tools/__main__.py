"""Run third-party tools on the test fixtures: `ci/foreign-tools.sh [--write] [TOOL ...]`."""

import argparse
import datetime
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.conftest import ISSUER_COMMAND
from tests.foreign_tools import building, manifests, scanning, signing
from tests.foreign_tools.building import Tool, build
from tests.foreign_tools.page import PAGE, Result, update_table
from tests.machine import MissingError
from tests.policy.samples import Sample, make_key_file, make_samples, write_samples
from tests.services import read_clean_environ, run_service

Check = Callable[[Path, Path], tuple[str, list[str]]]
"""Runs a tool in an empty folder; returns a description of the check, and the wrong verdicts."""


def check_gitleaks(command: Path, folder: Path) -> tuple[str, list[str]]:
    """Check the rules for gitleaks."""
    samples, files = prepare_samples(folder)
    found = scanning.run_gitleaks(command, files, folder / "report.json")
    return describe_samples(samples), list(scanning.list_wrong(samples, found))


def check_trufflehog(command: Path, folder: Path) -> tuple[str, list[str]]:
    """Check the detectors for trufflehog, which cannot search the settings of production alone."""
    samples, files = prepare_samples(folder)
    samples = [sample for sample in samples if "setting" not in sample.rules]
    found = scanning.run_trufflehog(command, files)
    return describe_samples(samples), list(scanning.list_wrong(samples, found))


def prepare_samples(folder: Path) -> tuple[list[Sample], Path]:
    """Return the samples of a newly started issuer, and the folder with their files."""
    environ, files = read_clean_environ(), folder / "files"
    with run_service([str(ISSUER_COMMAND), "serve", "--port", "0"], environ) as issuer:
        samples = make_samples(issuer.url, make_key_file(ISSUER_COMMAND, folder))
    write_samples(samples, files)
    return samples, files


def describe_samples(samples: list[Sample]) -> str:
    """Return how many files a scanner searches."""
    planted = sum(1 for sample in samples if sample.rules)
    return f"{planted} planted and {len(samples) - planted} similar files"


def check_kyverno(command: Path, folder: Path) -> tuple[str, list[str]]:
    """Check the policy for Kyverno."""
    cases = manifests.list_cases()
    found = manifests.run_kyverno(command, cases, folder)
    return describe_cases(cases), manifests.list_wrong(cases, found, first=True)


def check_conftest(command: Path, folder: Path) -> tuple[str, list[str]]:
    """Check the policy for conftest."""
    cases = manifests.list_cases()
    found = manifests.run_conftest(command, cases, folder)
    return describe_cases(cases), manifests.list_wrong(cases, found)


def describe_cases(cases: list[manifests.Case]) -> str:
    """Return how many manifests a policy judges."""
    refused = sum(1 for case in cases if case.codes)
    return f"{refused} refused and {len(cases) - refused} allowed manifests"


def check_cosign(command: Path, folder: Path) -> tuple[str, list[str]]:
    """Check that cosign signs and verifies the statement of the separation scan."""
    what = "the statement of `ci/check-separation`, signed and verified with a local key"
    return what, signing.sign_and_verify(command, folder)


CHECKS: Final[Mapping[Tool, Check]] = {
    building.CONFTEST: check_conftest,
    building.COSIGN: check_cosign,
    building.GITLEAKS: check_gitleaks,
    building.KYVERNO: check_kyverno,
    building.TRUFFLEHOG: check_trufflehog,
}


def run_check(tool: Tool, check: Check) -> Result:
    """Build and run a tool."""
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    try:
        command = build(tool)
    except MissingError as error:
        return Result(tool.name, tool.version, day, f"**not run**: {error}", is_ok=False)
    try:
        with TemporaryDirectory() as folder:
            what, wrong = check(command, Path(folder))
    except MissingError as error:
        return Result(tool.name, tool.version, day, f"**failed**: {error}", is_ok=False)
    verdict = f"**not as expected**: {', '.join(wrong)}" if wrong else "as expected"
    return Result(tool.name, tool.version, day, f"{what}: {verdict}", is_ok=not wrong)


def main() -> int:
    """Run the tools and print their results."""
    names = [tool.name for tool in CHECKS]
    parser = argparse.ArgumentParser(prog="ci/foreign-tools.sh", description=__doc__.split(":")[0])
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=f"one of {', '.join(names)}")
    parser.add_argument("--write", action="store_true", help="update the table in policy/README.md")
    options = parser.parse_args()
    for name in options.tools:
        if name not in names:
            parser.error(f"unknown tool {name!r}; expected one of {', '.join(names)}")
    results = []
    for tool, check in CHECKS.items():
        if not options.tools or tool.name in options.tools:
            results.append(run_check(tool, check))
            print(results[-1].format(), end="", flush=True)
    if options.write:
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(update_table(text, results), encoding="utf-8")
    return 0 if all(result.is_ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
