# DEV-ONLY: never ship to production.
import pytest
from token_issuer.config.settings import Settings
from token_issuer.keys.factory import warn_of_fast_rotation
from token_issuer.keys.rotation_plan import MAX_FOLLOWED_FACTOR, RotationPlan

pytestmark = pytest.mark.requirement("GO-4")


@pytest.mark.parametrize("factor", [5891, 6480, 8640, 34560, 86400])
def test_rotation_that_verifiers_cannot_follow_is_a_warning_with_the_factor_to_choose(
    caplog: pytest.LogCaptureFixture, factor: float
) -> None:
    warn_of_fast_rotation(Settings(rotation="google", rotation_factor=factor))

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"TOKEN_ISSUER_ROTATION_FACTOR={factor}: a new key every " in caplog.text
    assert f"choose at most {MAX_FOLLOWED_FACTOR}" in caplog.text


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(rotation_factor=86400),  # without a plan
        Settings(rotation="google"),
        Settings(rotation="google", rotation_factor=4320),
        Settings(rotation="google", rotation_factor=MAX_FOLLOWED_FACTOR),
    ],
)
def test_rotation_that_verifiers_can_follow_is_not_a_warning(
    caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    warn_of_fast_rotation(settings)

    assert not caplog.records


def test_warning_names_both_durations() -> None:
    risk = RotationPlan.like_google(34560).describe_risk()

    assert risk.startswith("a new key every 20 s is published only 1.88 s before it signs")
    assert "keep keys for 10 s" in risk
