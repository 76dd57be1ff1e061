"""The simulator's own key, made by its own command."""

import subprocess

import pytest

from tests.conftest import ISSUER_COMMAND
from tests.separation.artefacts import DevKey
from tests.services import read_clean_environ


@pytest.fixture(scope="session")
def dev_key(tmp_path_factory: pytest.TempPathFactory) -> DevKey:
    folder = tmp_path_factory.mktemp("dev") / "keys"
    assert ISSUER_COMMAND.exists(), "run the tests with ci/test.sh, which installs the issuer"
    subprocess.run(
        [ISSUER_COMMAND, "make-keys", folder],
        env=read_clean_environ(), capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return DevKey(folder)
