# DEV-ONLY: never ship to production.
"""The pytest fixture `token_issuer`: found by pytest as soon as the package is installed.

The options of an issuer come from the marker:

    @pytest.mark.token_issuer(audience="my-api", profile="google")
    def test_service_accepts_google(token_issuer): ...
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from token_issuer.testing import RunningIssuer


def pytest_configure(config: pytest.Config) -> None:
    """Announce the marker."""
    config.addinivalue_line(
        "markers",
        "token_issuer(**settings): settings of the fixture token_issuer, such as audience, profile",
    )


@pytest.fixture
def token_issuer(request: pytest.FixtureRequest) -> Iterator["RunningIssuer"]:
    """Run a token issuer on a free port, with a fresh key, for one test."""
    from token_issuer.testing import run_token_issuer  # noqa: PLC0415  # not for idle sessions

    marker = request.node.get_closest_marker("token_issuer")
    with run_token_issuer(**(marker.kwargs if marker else {})) as issuer:
        yield issuer
