import subprocess
import sys

import jwt_core
import pytest


@pytest.mark.requirement("JC-1")
def test_public_names_are_sorted_and_exist() -> None:
    assert jwt_core.__all__ == sorted(jwt_core.__all__)
    assert all(hasattr(jwt_core, name) for name in jwt_core.__all__)


@pytest.mark.requirement("JC-1")
def test_import_without_the_remote_extra_needs_no_http_client() -> None:
    code = (
        "import sys, jwt_core; "
        "print({'httpx', 'asyncio', 'proxy_guard', 'token_issuer'} & set(sys.modules) or 'none')"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "none"


def test_signatures_are_loaded_with_the_policy_and_not_with_the_first_token() -> None:
    code = (
        "import sys, jwt_core; before = 'jwt' in sys.modules; "
        "jwt_core.VerificationPolicy(issuer='https://issuer.example', audience='service'); "
        "print(before, 'jwt' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False True"
