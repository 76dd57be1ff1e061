"""Take the picture of a report for the guide: `ci/relying-parties.sh --picture`.

The report is about the model of a relying party, which omits two checks.
"""

import tempfile
from pathlib import Path
from typing import Final

from tests.chromium import find_chromium
from tests.conftest import provide_issuer_start
from tests.machine import ROOT, run
from tests.relying_parties.measuring import APP_URL, ISSUER_URL
from tests.services import read_clean_environ
from tests.verifiers.measuring import run_probe
from tests.weak_relying_party.party import run_weak_relying_party

PICTURE: Final = ROOT / "docs/guides/break-a-login.png"
OMITTED: Final = ("nonce", "iss")
SIZE: Final = "860,720"


def main() -> None:
    """Probe the relying party, and show the page of the report in Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        write_report(report)
        chromium = find_chromium()
        run(
            chromium.path,
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--user-data-dir={folder}/profile", f"--window-size={SIZE}"),
            *(f"--screenshot={PICTURE}", report.as_uri()),
            environ=read_clean_environ() | chromium.environ,
        )


def write_report(path: Path) -> None:
    with provide_issuer_start(read_clean_environ()) as start:
        issuer = start(TOKEN_ISSUER_ISSUER="self")
        with run_weak_relying_party(issuer.url, without=OMITTED) as party:
            target = (f"{party.url}/login", "--logged-in", f"{party.url}/me")
            run_probe("probe-login", *target, "--issuer", issuer.url, "--html", str(path))
            text = path.read_text(encoding="utf-8")
            text = text.replace(party.url, APP_URL).replace(issuer.url, ISSUER_URL)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
