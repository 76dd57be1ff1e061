"""Measure the verifiers and publish the results: `ci/verifiers.sh --write [VERIFIER ...]`."""

import json
import subprocess
import sys

from tests.conftest import ISSUER_COMMAND
from tests.verifiers.published import PUBLICATION


def read_groups() -> dict[str, str]:
    """Map the id of each defect of tokens to its group, in the order of the catalogue."""
    command = [str(ISSUER_COMMAND), "defects", "--kind", "token", "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return {defect["id"]: defect["group"] for defect in json.loads(answer.stdout)}


if __name__ == "__main__":
    sys.exit(PUBLICATION.run(__doc__, groups=read_groups()))
