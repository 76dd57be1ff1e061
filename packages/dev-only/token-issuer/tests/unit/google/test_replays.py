# DEV-ONLY: never ship to production.
"""Used assertions: none is forgotten before it has expired, and their number is limited."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from token_issuer.google.replays import UsedAssertions
from token_issuer.oauth.errors import OAuthError

pytestmark = pytest.mark.requirement("GO-5")

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
END: Final = NOW.timestamp() + 60


def test_assertion_is_used_once_by_each_account() -> None:
    used = UsedAssertions()
    used.use("a", "1", END, NOW)
    used.use("b", "1", END, NOW)
    used.use("a", "2", END, NOW)

    with pytest.raises(OAuthError, match="used already"):
        used.use("a", "1", END + 1, NOW)


def test_full_memory_forgets_only_what_has_expired_by_both_clocks() -> None:
    elapsed_s = 0.0
    used = UsedAssertions(lambda: elapsed_s, capacity=2)
    used.use("a", "1", END, NOW)
    used.use("a", "2", END + 60, NOW)
    later = NOW + timedelta(seconds=60)

    with pytest.raises(OAuthError) as caught:  # the simulated clock is ahead
        used.use("a", "3", END + 60, later)
    assert (caught.value.error, caught.value.status) == ("temporarily_unavailable", 503)
    elapsed_s = 60
    with pytest.raises(OAuthError):  # the simulated clock was set back
        used.use("a", "3", END, NOW)
    used.use("a", "3", END + 60, later)
    with pytest.raises(OAuthError, match="used already"):
        used.use("a", "2", END + 60, later)
