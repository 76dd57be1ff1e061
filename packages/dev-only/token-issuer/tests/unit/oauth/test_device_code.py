# DEV-ONLY: never ship to production.
"""The device flow of RFC 8628."""

from typing import Any

import pytest
from token_issuer.errors import InvalidInputError
from token_issuer.oauth.choosers import Chooser, DeviceDecision
from token_issuer.oauth.errors import OAuthError
from token_issuer.oauth.grants.device_code import DeviceAuthorization

pytestmark = pytest.mark.requirement("LG-1")

URI = "http://localhost:8081/device"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def start(party: Any, **parameters: str) -> DeviceAuthorization:
    pairs = {"client_id": "app", "scope": "openid email", **parameters}.items()
    started: DeviceAuthorization = party.provider.authorize_device(
        list(pairs), party.basic, party.now, verification_uri=URI
    )
    return started


def poll(party: Any, device: DeviceAuthorization, **parameters: Any) -> Any:
    return party.exchange(grant_type=GRANT, device_code=device.device_code, **parameters)


def refuse(party: Any, device: DeviceAuthorization, error: str, **parameters: Any) -> str:
    with pytest.raises(OAuthError) as caught:
        poll(party, device, **parameters)
    assert caught.value.error == error
    return str(caught.value)


def approve(party: Any, device: DeviceAuthorization, **form: str) -> DeviceDecision:
    page = party.provider.begin_device_login(device.user_code, party.now)
    decision: DeviceDecision = party.choose(page, **(form or {"user": "bob"}))
    return decision


@pytest.mark.must(
    "device",
    "Until the user decides, the error is `authorization_pending`; then the device gets tokens.",
    "RFC 8628 §3.4, §3.5",
)
def test_device_gets_tokens_once_a_user_approves(party: Any) -> None:
    device = start(party)
    assert device.verification_uri_complete == f"{URI}?user_code={device.user_code}"
    assert (device.expires_in, device.interval) == (600, 1)
    refuse(party, device, "authorization_pending")
    page = party.provider.begin_device_login(device.user_code, party.now)
    assert isinstance(page, Chooser)
    assert (page.client_id, page.user_code, page.scope) == (
        "app", device.user_code, ("openid", "email")
    )  # fmt: skip
    assert party.choose(page, user="bob").is_approved
    party.wait(seconds=1)
    tokens = poll(party, device)

    assert party.read(tokens.id_token)["email"] == "bob@example.com"
    assert party.read(party.refresh(tokens.refresh_token).id_token)["sub"] == "bob"


def test_tokens_are_given_once(party: Any) -> None:
    device = start(party)
    approve(party, device)
    poll(party, device)
    party.wait(seconds=1)

    refuse(party, device, "invalid_grant")


@pytest.mark.must("device", "A denial is `access_denied`.", "RFC 8628 §3.5")
def test_denial_is_access_denied(party: Any) -> None:
    device = start(party)
    assert approve(party, device, deny="1") == DeviceDecision(is_approved=False)

    refuse(party, device, "access_denied")


@pytest.mark.must(
    "device", "Faster polls are `slow_down`, and the interval grows by 5 s.", "RFC 8628 §3.5"
)
def test_fast_polls_slow_down(party: Any) -> None:
    device = start(party)
    refuse(party, device, "authorization_pending")
    assert "wait 6 s" in refuse(party, device, "slow_down")
    party.wait(seconds=5)
    assert "wait 11 s" in refuse(party, device, "slow_down")
    party.wait(seconds=11)
    refuse(party, device, "authorization_pending")


def test_pace_is_kept_by_the_monotonic_clock(party: Any) -> None:
    device = start(party)
    refuse(party, device, "authorization_pending")
    party.elapsed_s += 1  # the simulated clock is stopped

    refuse(party, device, "authorization_pending")


@pytest.mark.must("device", "An expired code is `expired_token`.", "RFC 8628 §3.5")
def test_device_code_expires(party: Any) -> None:
    device = start(party)
    approve(party, device)
    party.wait(minutes=10)

    refuse(party, device, "expired_token")
    with pytest.raises(InvalidInputError, match="no device waits"):
        party.provider.begin_device_login(device.user_code, party.now)


def test_user_code_expires(party: Any) -> None:
    code = start(party).user_code
    page = party.provider.begin_device_login(code, party.now)
    party.wait(minutes=10)

    with pytest.raises(InvalidInputError, match="no device waits"):
        party.provider.begin_device_login(code, party.now)
    with pytest.raises(InvalidInputError, match="no device waits"):
        party.choose(page, user="bob")


def test_poll_may_be_half_a_second_early(party: Any) -> None:
    device = start(party)
    refuse(party, device, "authorization_pending")
    party.wait(seconds=0.5)
    refuse(party, device, "authorization_pending")
    party.wait(seconds=0.49)
    refuse(party, device, "slow_down")


def test_denied_device_stays_denied(party: Any) -> None:
    device = start(party)
    page = party.provider.begin_device_login(device.user_code, party.now)
    party.choose(page, deny="1")

    with pytest.raises(InvalidInputError, match="no device waits"):
        party.choose(page, user="bob")
    refuse(party, device, "access_denied")


def test_devices_can_be_forgotten(party: Any) -> None:
    device = start(party)
    party.provider.reset()

    refuse(party, device, "invalid_grant")


@pytest.mark.must("device", "A device code is bound to its client.", "RFC 8628 §3.4")
def test_device_code_is_bound_to_its_client(party: Any) -> None:
    device = start(party)
    approve(party, device)

    refuse(party, device, "invalid_grant", client_id="other")
    assert poll(party, device)


def test_invented_device_code_is_refused(party: Any) -> None:
    for code in ("x", party.get_code(), start(party).user_code):
        with pytest.raises(OAuthError, match="device_code: not issued"):
            party.exchange(grant_type=GRANT, device_code=code)


def test_user_code_is_read_however_it_is_typed(party: Any) -> None:
    code = start(party).user_code
    assert len(code) == 9

    for typed in (code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        assert party.provider.begin_device_login(typed, party.now).user_code == code


@pytest.mark.parametrize("code", ["", "BCDF-GHJK", "x" * 5000])
def test_unknown_user_code_is_a_mistake_of_the_user(party: Any, code: str) -> None:
    with pytest.raises(InvalidInputError, match="user_code: no device waits"):
        party.provider.begin_device_login(code, party.now)


def test_decision_is_made_once(party: Any) -> None:
    device = start(party)
    page = party.provider.begin_device_login(device.user_code, party.now)
    party.choose(page, user="bob")

    with pytest.raises(InvalidInputError, match="no device waits"):
        party.choose(page, user="carol")
    assert party.read(poll(party, device).id_token)["sub"] == "bob"


@pytest.mark.must(
    "device", "A session alone approves no device: the user confirms the code.", "RFC 8628 §5.4"
)
def test_session_alone_does_not_approve_a_device(party: Any) -> None:
    """An attacker may have sent the code."""
    party.log_in()

    assert isinstance(party.provider.begin_device_login(start(party).user_code, party.now), Chooser)


def test_login_without_a_page_approves(party: Any, build_party: Any) -> None:
    party.provider.logins.next("carol", claims={"role": "x"})
    device = start(party)
    assert party.provider.begin_device_login(device.user_code, party.now).is_approved
    assert party.read(poll(party, device).id_token)["role"] == "x"
    party.provider.logins.next(deny=True)
    device = start(party)
    assert not party.provider.begin_device_login(device.user_code, party.now).is_approved
    configured = build_party(login="bob")
    device = start(configured)
    assert configured.provider.begin_device_login(device.user_code, configured.now).is_approved


def test_user_who_was_removed_gets_nothing(party: Any) -> None:
    device = start(party)
    approve(party, device)
    party.provider.users.remove("bob")

    refuse(party, device, "invalid_grant")


def test_page_of_a_login_approves_no_device(party: Any) -> None:
    device = start(party)
    party.choose(party.authorize(), user="bob")

    refuse(party, device, "authorization_pending")


def test_waiting_devices_are_bounded(party: Any) -> None:
    for _ in range(1000):
        start(party)
    with pytest.raises(OAuthError) as caught:
        start(party)
    assert (caught.value.error, caught.value.status) == ("temporarily_unavailable", 503)
    party.wait(minutes=10)
    assert start(party).user_code


def test_client_is_checked(build_party: Any) -> None:
    party = build_party(clients={"app": {"secret": "s3cret"}})

    with pytest.raises(OAuthError, match="client_secret: missing"):
        start(party)
    with pytest.raises(OAuthError, match="scope: expected words"):
        start(party, client_secret="s3cret", scope='"')
    assert start(party, client_secret="s3cret").user_code
