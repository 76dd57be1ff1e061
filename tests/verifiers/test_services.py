"""Each service accepts a good token and rejects obviously bad ones, so that it can be probed."""

import httpx
import pytest

from tests.services import Service, flip_last_payload_character, mint


def present(client: httpx.Client, target: str, *credentials: str) -> int:
    headers = [("Authorization", value) for value in credentials]
    return client.get(target, headers=headers).status_code


@pytest.mark.requirement("BV-4")
def test_service_accepts_a_good_token_and_rejects_bad_ones(
    client: httpx.Client, issuer: Service, target: str
) -> None:
    good = mint(client, issuer)
    bad = {
        "expired": mint(client, issuer, exp="-10m"),
        "for another": mint(client, issuer, aud="another-service"),
        "tampered with": flip_last_payload_character(good),
        "garbage": "garbage",
    }

    assert present(client, target, f"Bearer {good}") == 200
    assert present(client, target) in {401, 403}
    answers = {name: present(client, target, f"Bearer {token}") for name, token in bad.items()}
    assert set(answers.values()) <= {400, 401, 403}, answers
    assert present(client, target, f"Bearer {good}") == 200
