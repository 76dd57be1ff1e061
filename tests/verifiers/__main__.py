"""Measure the verifiers and publish the results: `ci/verifiers.sh --write [VERIFIER ...]`."""

import argparse
import json
import subprocess
import sys

from tests.conftest import ISSUER_COMMAND
from tests.machine import MissingError
from tests.verifiers.catalogue import VERIFIERS
from tests.verifiers.measuring import ProbeError, measure_all
from tests.verifiers.page import render_page
from tests.verifiers.published import PAGE, read_results, write_results
from tests.verifiers.running import StartError


def main() -> int:
    """Run the command; return 0, or 1 if a verifier could not be measured."""
    parser = argparse.ArgumentParser(prog="ci/verifiers.sh --write", description=__doc__)
    parser.add_argument(
        "verifiers",
        metavar="VERIFIER",
        nargs="*",
        choices=[*VERIFIERS, []],
        help=", ".join(VERIFIERS),
    )
    names = parser.parse_args().verifiers or list(VERIFIERS)
    results = read_results()
    results["groups"] = read_groups()
    name = ""
    try:
        with measure_all(names) as measured:
            for name, future in measured.items():
                record = future.result()
                results["verifiers"][name] = record
                verdicts = (
                    f"{part}: {probe['verdict']}" for part, probe in record["probes"].items()
                )
                print(f"{name}: {'; '.join(verdicts)}", file=sys.stderr)
    except (MissingError, StartError, ProbeError, subprocess.TimeoutExpired) as error:
        print(f"ci/verifiers.sh: {name or 'installing'}: {error}", file=sys.stderr)
        return 1
    known = results["verifiers"]
    results["verifiers"] = {name: known[name] for name in VERIFIERS if name in known}
    write_results(results)
    PAGE.write_text(render_page(results), encoding="utf-8")
    return 0


def read_groups() -> dict[str, str]:
    """Map the id of each defect to its group, in the order of the catalogue."""
    command = [str(ISSUER_COMMAND), "defects", "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return {defect["id"]: defect["group"] for defect in json.loads(answer.stdout)}


if __name__ == "__main__":
    sys.exit(main())
