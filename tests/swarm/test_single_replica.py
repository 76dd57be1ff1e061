"""A single replica behind the load balancer serves what several replicas cannot."""

from typing import Final

import httpx
import pytest

from tests.swarm.stack import deploy_stack

SECRET: Final = "only-for-this-test"


@pytest.mark.requirement("OPS-8")
@pytest.mark.timeout(900)
def test_admin_routes_are_served() -> None:
    lines = f"TOKEN_ISSUER_KEY_SEED=seed-{SECRET}\nTOKEN_ISSUER_ADMIN_TOKEN={SECRET}\n"
    with deploy_stack(lines, replicas=1) as stack:
        stack.wait_for_replicas()

        response = httpx.get(
            f"{stack.balancer_url}/admin/requests",
            headers={"Authorization": f"Bearer {SECRET}"},
            trust_env=False,
            timeout=20,
        )

    assert response.status_code == 200, response.text
    assert response.json()["count"] > 0
