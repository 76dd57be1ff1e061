"""Both images have the keys that the fixed vectors of the seed name."""

import json
import subprocess
from typing import Any, Final

import pytest

from tests.containers.conftest import ROOT, find_url, run_docker
from tests.containers.test_image import IMAGE, IMAGES, StartContainer

VECTORS: Final = ROOT / "packages/dev-only/token-issuer/tests/vectors/key_seed.json"


def load_vectors() -> list[dict[str, Any]]:
    """Return the vectors of the main issuer in epoch 0, those of one seed."""
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]
    seed = vectors[0]["seed"]
    chosen = {"seed": seed, "issuer": "", "epoch": 0}
    return [each for each in vectors if chosen.items() <= each.items()]


@pytest.mark.requirement("TI-12")
@pytest.mark.parametrize("image", IMAGES)
def test_image_has_the_keys_of_the_fixed_vectors(image: str) -> None:
    vectors = load_vectors()
    environ = {
        "TOKEN_ISSUER_KEY_SEED": vectors[0]["seed"],
        "TOKEN_ISSUER_ALGORITHMS": ",".join(each["algorithm"] for each in vectors),
    }
    options = [f"--env={name}={value}" for name, value in environ.items()]

    listed = run_docker("run", "--rm", "--read-only", *options, image, "keys", "list", "--json")

    keys = {(key["alg"], key["kid"], key["thumbprint"]) for key in json.loads(listed)["keys"]}
    assert keys == {(each["algorithm"], each["kid"], each["thumbprint"]) for each in vectors}
    assert len(vectors) == 4


@pytest.mark.requirement("TI-12")
def test_image_made_of_a_running_container_lacks_the_seed(start_container: StartContainer) -> None:
    seed = "a seed that no layer contains"
    options = (f"--env=TOKEN_ISSUER_KEY_SEED={seed}", "--read-only=false")
    container = start_container(IMAGE, *options)
    find_url(container)  # it serves

    exported = subprocess.run(["docker", "export", container], capture_output=True, check=True)

    assert b"token_issuer/" in exported.stdout
    assert seed.encode() not in exported.stdout
