"""The simulator's own key, made by its own command."""

import subprocess

import pytest

from tests.separation.artefacts import ROOT, DevKey
from tests.services import read_clean_environ


@pytest.fixture(scope="session")
def dev_key(tmp_path_factory: pytest.TempPathFactory) -> DevKey:
    folder = tmp_path_factory.mktemp("dev") / "keys"
    project = ["--project", "packages/dev-only/token-issuer", "--locked"]
    subprocess.run(
        ["ci/uv", "run", *project, "token-issuer", "make-keys", str(folder)],
        cwd=ROOT, env=read_clean_environ(), capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return DevKey(folder)
