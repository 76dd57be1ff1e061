"""Measure relying parties and publish the results: `ci/relying-parties.sh --write [NAME ...]`."""

import sys

from tests.relying_parties.published import PUBLICATION

if __name__ == "__main__":
    sys.exit(PUBLICATION.run(__doc__))
