"""`ci/publish-simulator.sh` rejects a wrong name, and a changed working tree, before it builds.

The tests in `tests/containers` publish.
"""

import pytest

from tests.publishing.conftest import Checkout

pytestmark = pytest.mark.requirement("OPS-7")

SCRIPT = "ci/publish-simulator.sh"


@pytest.fixture
def changed(checkout: Checkout) -> Checkout:
    """Return a clone with a change, from which nothing is published in any case."""
    (checkout.folder / "new").touch()
    return checkout


@pytest.mark.parametrize(
    "name",
    [
        "",
        "token-issuer",
        "/token-issuer",
        "ghcr.io/token-issuer-dev",
        "ghcr.io/example/issuer",
        "ghcr.io/example/tokens",
        "ghcr.io/example/my-token-issuer",
        "ghcr.io/example/token_issuer",
        "ghcr.io/token-issuer/image",
        "ghcr.io/example//token-issuer",
        "ghcr.io/example/token-issuer/",
        "ghcr.io/example/token-issuer:",
        "ghcr.io/example/token-issuer:1-arm64",
        "ghcr.io/example/token-issuer:a b",
        "ghcr.io/example/token-issuer:-x",
        f"ghcr.io/example/token-issuer@sha256:{'0' * 64}",
        "https://ghcr.io/example/token-issuer",
        "example/token-issuer",
        "ghcr.io:port/example/token-issuer",
        "ghcr.io/example/token-issuer\nghcr.io/other/token-issuer",
        "ghcr.io/$(touch injected)/token-issuer",
        "ghcr.io/éxample/token-issuer",
    ],
)
def test_wrong_name_is_rejected(changed: Checkout, name: str) -> None:
    outcome = changed.run(SCRIPT, name, check=False)

    assert outcome.returncode == 2
    assert "expected REGISTRY/FOLDER/token-issuer[:TAG], such as ghcr.io/" in outcome.stderr
    assert not (changed.folder / "injected").exists()


@pytest.mark.parametrize(
    "name",
    [
        "ghcr.io/example/token-issuer",
        "ghcr.io/Example/token-issuer",
        "ghcr.io/example/team/token-issuer:main",
        "localhost/token-issuer",
        "localhost:5000/token-issuer:1",
        "registry:5000/token-issuer",
        "docker.io/example/token-issuer",
    ],
)
def test_tree_with_changes_is_rejected(changed: Checkout, name: str) -> None:
    outcome = changed.run(SCRIPT, name, check=False)

    assert outcome.returncode == 2
    assert outcome.stderr == (
        "ci/publish-simulator.sh: the working tree has changes that no commit contains:"
        " commit them, or add --allow-dirty\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [[], ["--allow-dirty"], ["--help"], ["--force", "ghcr.io/a/token-issuer"], ["a", "b"]],
)
def test_wrong_usage_shows_the_usage(changed: Checkout, arguments: list[str]) -> None:
    outcome = changed.run(SCRIPT, *arguments, check=False)

    assert outcome.returncode == 2
    assert outcome.stderr == f"  {SCRIPT} [--allow-dirty] REGISTRY/FOLDER/token-issuer[:TAG]\n"
