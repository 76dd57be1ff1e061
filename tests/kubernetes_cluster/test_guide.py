"""The commands of the guide start the issuer, and get a token from it."""

import pytest

from tests.kubernetes_cluster.conftest import Deployed

pytestmark = [pytest.mark.requirement("OPS-6", "OPS-8"), pytest.mark.timeout(600)]


def test_commands_of_the_guide_print_a_token(deployed: Deployed) -> None:
    assert 'deployment "token-issuer" successfully rolled out' in deployed.output
    assert deployed.output.splitlines()[-1].count(".") == 2  # a JWT
