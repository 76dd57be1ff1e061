# DEV-ONLY: never ship to production.
"""Codes: for one client, one redirect URI, one verifier, once, for a minute."""

import base64
import contextlib
import threading
from typing import Any, Final

import pytest
from token_issuer.oauth.client_authentication import BasicCredentials
from token_issuer.oauth.errors import OAuthError

pytestmark = pytest.mark.requirement("LG-1")

CALLBACK: Final = "http://localhost:3000/callback"
VERIFIER: Final = "verifier-of-at-least-forty-three-characters-1"
S256: Final = {
    "code_challenge": "-sd67BjSDY0GnKB1qxqLLaCPEY-B3MGaa4Trrr8dr_c",
    "code_challenge_method": "S256",
}
PLAIN: Final = {"code_challenge": VERIFIER}


def refuse(party: Any, code: str, error: str = "invalid_grant", **parameters: Any) -> str:
    with pytest.raises(OAuthError) as caught:
        party.redeem(code, **parameters)
    assert caught.value.error == error
    return str(caught.value)


@pytest.mark.must(
    "token",
    "The response has `access_token`, `token_type` and `expires_in`.",
    "RFC 6749 §5.1",
    "oidcc-server",
)
def test_code_gives_tokens(party: Any) -> None:
    tokens = party.log_in(scope="openid email")

    assert (tokens.token_type, tokens.expires_in, tokens.scope) == ("Bearer", 900, "openid email")


@pytest.mark.must(
    "code",
    "A code is accepted once.",
    "RFC 6749 §4.1.2",
    "oidcc-codereuse",
    "oidcc-codereuse-30seconds",
)
@pytest.mark.must(
    "code",
    "A replay revokes the tokens that the code gave.",
    "RFC 6749 §4.1.2",
    "oidcc-codereuse-30seconds",
)
def test_code_is_good_once_and_a_replay_revokes_what_it_gave(party: Any) -> None:
    code = party.get_code()
    tokens = party.redeem(code)
    assert party.describe_user(tokens.access_token)["sub"] == "alice"
    party.wait(seconds=30)

    assert "its tokens are now revoked" in refuse(party, code)
    with pytest.raises(OAuthError, match="access_token: expected"):
        party.describe_user(tokens.access_token)
    assert party.introspect(tokens.access_token) == {"active": False}
    with pytest.raises(OAuthError, match="refresh_token: is revoked"):
        party.refresh(tokens.refresh_token)


def test_replay_revokes_after_the_code_has_expired_too(party: Any) -> None:
    code = party.get_code()
    tokens = party.redeem(code)
    party.wait(seconds=61)

    refuse(party, code)
    assert party.introspect(tokens.access_token) == {"active": False}


def test_replay_revokes_what_a_refresh_gave(party: Any) -> None:
    code = party.get_code()
    tokens = party.refresh(party.redeem(code).refresh_token)
    refuse(party, code)

    assert party.introspect(tokens.access_token) == {"active": False}
    assert party.introspect(tokens.refresh_token, "app") == {"active": False}


def test_replay_by_another_client_revokes_nothing(party: Any) -> None:
    code = party.get_code()
    tokens = party.redeem(code)
    refuse(party, code, client_id="other")

    assert party.introspect(tokens.access_token)["active"]


@pytest.mark.must(
    "code", "Of simultaneous requests with one code, one at most succeeds.", "RFC 6749 §4.1.2"
)
def test_one_of_many_threads_redeems_a_code(party: Any) -> None:
    code, barrier = party.get_code(), threading.Barrier(8)
    redeemed: list[Any] = []

    def redeem() -> None:
        barrier.wait()
        with contextlib.suppress(OAuthError):
            redeemed.append(party.redeem(code))

    threads = [threading.Thread(target=redeem) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(redeemed) == 1
    assert party.introspect(redeemed[0].access_token) == {"active": False}


def test_code_that_another_thread_has_just_redeemed_is_a_replay(
    party: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = party.get_code()
    tokens = party.redeem(code)
    monkeypatch.setattr(party.provider._state.grants, "is_at", lambda *_: True)

    assert "used already" in refuse(party, code)
    assert party.introspect(tokens.access_token) == {"active": False}


@pytest.mark.parametrize(("seconds", "is_good"), [(59, True), (60, False), (601, False)])
@pytest.mark.must("code", "A code expires within ten minutes.", "RFC 6749 §4.1.2")
def test_code_lives_a_minute(party: Any, seconds: int, *, is_good: bool) -> None:
    code = party.get_code()
    party.wait(seconds=seconds)

    if is_good:
        assert party.redeem(code)
    else:
        assert "has expired" in refuse(party, code)


def test_code_expires_by_each_clock(party: Any) -> None:
    """The simulated clock may be set forward, or be stopped while time passes."""
    first, second = party.get_code(), party.get_code()
    party.ahead += party.ahead.resolution * 60_000_000
    assert "has expired" in refuse(party, first)
    party.ahead -= party.ahead
    party.elapsed_s += 60
    assert "has expired" in refuse(party, second)


def test_code_does_not_revive_when_the_clock_is_set_back(party: Any) -> None:
    code = party.get_code()
    party.redeem(code)
    party.ahead -= party.ahead.resolution * 3_600_000_000

    assert "used already" in refuse(party, code)


@pytest.mark.must("code", "A code that the issuer has not issued is rejected.", "RFC 6749 §4.1.3")
def test_invented_code_is_refused(party: Any) -> None:
    code = party.get_code()
    body = code.removeprefix("dev-only-code.")
    changed = f"{code[:20]}{'A' if code[20] != 'A' else 'B'}{code[21:]}"
    for invented in (
        f"{code}A", code[:-1], code.swapcase(), body, f"dev-only-refresh.{body}", changed, "abc",
        f"{code}=", f"{code[:-4]}====", f" {code}", f"{code}\n", "dev-only-code.", "x" * 16384, "ü",
    ):  # fmt: skip
        refuse(party, invented)

    assert party.redeem(code)


@pytest.mark.must("code", "A code is bound to its client.", "RFC 6749 §4.1.3")
def test_code_is_bound_to_its_client(party: Any) -> None:
    code = party.get_code()
    assert "not issued to this client" in refuse(party, code, client_id="other")

    assert party.redeem(code), "an attempt of another client does not use the code"


@pytest.mark.parametrize(
    "uri",
    [f"{CALLBACK}/", f"{CALLBACK}?x=1", "http://localhost:3001/callback", CALLBACK.upper()],
)
@pytest.mark.must("code", "A code is bound to its redirect URI.", "RFC 6749 §4.1.3")
def test_code_is_bound_to_its_redirect_uri(party: Any, uri: str) -> None:
    assert "redirect_uri: differs" in refuse(party, party.get_code(), redirect_uri=uri)


def test_redirect_uri_is_demanded(party: Any) -> None:
    text = refuse(party, party.get_code(), "invalid_request", redirect_uri=None)

    assert "redirect_uri: missing" in text


@pytest.mark.parametrize("challenge", [S256, PLAIN, {**PLAIN, "code_challenge_method": "plain"}])
@pytest.mark.must(
    "code",
    "After a challenge (`S256` or `plain`), its verifier is required.",
    "RFC 7636 §4.6; RFC 9700 §2.1.1",
    "oidcc-ensure-request-with-valid-pkce-succeeds",
)
def test_verifier_is_demanded_after_a_challenge(party: Any, challenge: dict[str, str]) -> None:
    code = party.get_code(**challenge)
    assert "code_verifier: missing" in refuse(party, code)
    for wrong in (f"{VERIFIER}x", VERIFIER[:-1], S256["code_challenge"]):
        assert "does not match" in refuse(party, code, code_verifier=wrong)

    assert party.redeem(code, code_verifier=VERIFIER)


@pytest.mark.must(
    "code",
    "Without a challenge, a verifier is rejected: PKCE is not downgraded.",
    "RFC 9700 §4.8.2",
)
def test_verifier_without_a_challenge_is_refused(party: Any) -> None:
    """An attacker may have removed the challenge."""
    text = refuse(party, party.get_code(), code_verifier=VERIFIER)

    assert "the authorization request had no code_challenge" in text


@pytest.mark.must("code", "A code does not reveal a plain challenge.", "RFC 7636 §4.4")
def test_code_does_not_reveal_a_plain_verifier(party: Any) -> None:
    code = party.get_code(**PLAIN).partition(".")[2]

    assert VERIFIER.encode() not in base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))


def test_code_of_a_removed_user_or_client_is_refused(build_party: Any) -> None:
    party = build_party(clients={"app": {}, "other": {}})
    first, second = party.get_code(), party.get_code(login_hint="bob")
    party.provider.users.remove("alice")
    assert "has been removed" in refuse(party, first)
    party.provider.clients.remove("app")
    refuse(party, second, "invalid_client")


@pytest.mark.parametrize("kind", ["refresh_token", "access_token", "id_token"])
def test_other_tokens_are_no_codes(party: Any, kind: str) -> None:
    refuse(party, getattr(party.log_in(), kind))


@pytest.mark.must("token", "An unknown grant type is `unsupported_grant_type`.", "RFC 6749 §5.2")
def test_unknown_grant_type_comes_before_everything_else(party: Any) -> None:
    with pytest.raises(OAuthError) as caught:
        party.exchange(grant_type="password", code=["a", "b"], client_id=None)

    assert caught.value.error == "unsupported_grant_type"


@pytest.mark.parametrize("name", ["code", "redirect_uri", "client_id", "code_verifier", "foo"])
@pytest.mark.must("token", "A repeated parameter is an error.", "RFC 6749 §3.2")
def test_repeated_parameter_is_an_error(party: Any, name: str) -> None:
    values = {"code": party.get_code(), "redirect_uri": CALLBACK, name: ["app", "app"]}

    with pytest.raises(OAuthError, match=f"{name}: given 2 times"):
        party.exchange(grant_type="authorization_code", **values)


SECRET: Final = {"app": {"secret": "s3cret"}, "public": {}}


@pytest.mark.parametrize("as_basic", [False, True])
@pytest.mark.must(
    "token",
    "A secret is accepted in Basic credentials and in the body.",
    "RFC 6749 §2.3.1; OpenID Connect Core §9",
    "oidcc-server",
    "oidcc-server-client-secret-post",
)
def test_secret_is_accepted_in_basic_credentials_and_in_the_body(
    build_party: Any, *, as_basic: bool
) -> None:
    party = build_party(clients=SECRET)
    party.basic = BasicCredentials("app", "s3cret") if as_basic else None

    assert party.redeem(party.get_code(), client_secret=None if as_basic else "s3cret")


@pytest.mark.parametrize(
    ("basic", "parameters", "error"),
    [
        (None, {}, "invalid_client"),
        (None, {"client_secret": "s3cre"}, "invalid_client"),
        (None, {"client_secret": "s3cretx"}, "invalid_client"),
        (None, {"client_id": None}, "invalid_client"),
        (None, {"client_id": "nobody"}, "invalid_client"),
        (None, {"client_id": "public", "client_secret": "x"}, "invalid_client"),
        (("app", ""), {}, "invalid_client"),
        (("app", "S3CRET"), {}, "invalid_client"),
        (("app", "s3cret"), {"client_secret": "s3cret"}, "invalid_request"),
        (("app", "s3cret"), {"client_id": "public"}, "invalid_request"),
        (None, {"client_secret": "s3cret", "client_assertion": "ey"}, "invalid_client"),
        (("public", ""), {}, "invalid_grant"),
    ],
)
@pytest.mark.must(
    "token",
    "A client with a secret must prove it, with one method at a time.",
    "RFC 6749 §2.3, §3.2.1",
)
def test_wrong_credentials_are_refused(
    build_party: Any, basic: Any, parameters: dict[str, Any], error: str
) -> None:
    party = build_party(clients=SECRET)
    code = party.get_code()
    party.basic = basic and BasicCredentials(*basic)
    text = refuse(party, code, error, **parameters)

    assert "s3cret" not in text


@pytest.mark.parametrize(
    ("client_id", "secret", "problem"),
    [
        ("app", None, "client_secret: missing; the client 'app' has one"),
        ("app", "x", "client_secret: wrong for the client 'app'"),
        ("public", "x", "client_secret: the client 'public' is declared without a secret"),
        ("apq", "x", r"client_id: no client is named 'apq' \(did you mean app\?\); declare it"),
        (None, None, "client_id: missing; send it in the body, or Basic credentials"),
    ],
)
def test_error_says_what_is_wrong_with_the_client(
    build_party: Any, client_id: str | None, secret: str | None, problem: str
) -> None:
    party = build_party(clients=SECRET)

    with pytest.raises(OAuthError, match=problem):
        party.redeem("x", client_id=client_id, client_secret=secret)


def test_error_has_the_status_of_its_rfc(party: Any) -> None:
    with pytest.raises(OAuthError) as caught:
        party.redeem("x", client_id=None)
    assert caught.value.status == 401
    with pytest.raises(OAuthError) as caught:
        party.redeem("x")
    assert caught.value.status == 400
