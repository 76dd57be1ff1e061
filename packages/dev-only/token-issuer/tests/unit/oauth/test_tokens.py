# DEV-ONLY: never ship to production.
"""The tokens of a login: ID tokens (OpenID Connect Core §2), access tokens (RFC 9068)."""

import base64
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from token_issuer.config.keywords import parse_keywords
from token_issuer.oauth.errors import OAuthError

pytestmark = pytest.mark.requirement("LG-1")

IAT: Final = 1772366400
CALLBACK: Final = "http://localhost:3000/callback"


@pytest.mark.must(
    "id token",
    "The ID token has `iss`, `sub`, `aud`, `exp`, `iat`, `auth_time`, `azp`, the right `at_hash`, "
    "and `nonce` as it was sent.",
    "OpenID Connect Core §2, §3.1.3.6",
    "oidcc-server",
    "oidcc-idtoken-signature",
)
def test_id_token_has_exactly_these_claims(party: Any) -> None:
    tokens = party.log_in(nonce="n-ü\n")
    digest = sha256(tokens.access_token.encode()).digest()[:16]

    assert party.read_header(tokens.id_token) == {"alg": "RS256", "typ": "JWT", "kid": "dev-key"}
    assert party.read(tokens.id_token) == {
        "iss": "https://issuer.local",
        "sub": "alice",
        "aud": "app",
        "azp": "app",
        "iat": IAT,
        "exp": IAT + 900,
        "auth_time": IAT,
        "nonce": "n-ü\n",
        "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
    }


def test_access_token_has_exactly_these_claims(party: Any) -> None:
    token = party.log_in(scope="openid email profile").access_token
    claims = party.read(token)

    assert party.read_header(token) == {"alg": "RS256", "typ": "at+jwt", "kid": "dev-key"}
    assert claims.pop("jti").startswith("dev-only-jti.")
    assert claims == {
        "iss": "https://issuer.local",
        "sub": "alice",
        "aud": "stream-watcher-docker",
        "client_id": "app",
        "scope": "openid email profile",
        "iat": IAT,
        "exp": IAT + 900,
        "auth_time": IAT,
    }


@pytest.mark.must(
    "id token",
    "A request without `nonce` succeeds, and the ID token has none.",
    "OpenID Connect Core §3.1.2.1",
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
)
def test_nonce_is_absent_if_it_was_not_sent(party: Any) -> None:
    assert "nonce" not in party.read(party.log_in().id_token)


def test_scope_is_absent_if_it_was_not_requested(party: Any) -> None:
    tokens = party.log_in(scope=None)

    assert not isinstance(tokens.scope, str)
    assert "scope" not in party.read(tokens.access_token)
    assert "scope" not in party.introspect(tokens.access_token)
    assert "scope" not in party.introspect(tokens.refresh_token, "app")


@pytest.mark.must(
    "id token",
    "`nonce` and `state` of 2048 bytes come back unchanged.",
    "OpenID Connect Core §3.1.2.1; RFC 6749 §4.1.2",
)
def test_long_state_and_nonce_pass_unchanged(party: Any) -> None:
    text = "ü" * 1024
    code = party.get_code(state=text, nonce=text)

    assert party.seen[-1].parameters["state"] == text
    assert party.read(party.redeem(code).id_token)["nonce"] == text


@pytest.mark.parametrize("profile", ["plain", "google"])
def test_greatest_values_of_everything_fit_into_codes_and_tokens(
    build_party: Any, profile: str
) -> None:
    name = "u" * 254
    uri = f"http://localhost/{'x' * 2031}"
    party = build_party(
        profile=profile,
        users={name: {"sub": "s" * 255, "roles": "x" * 2020}},
        clients={"c" * 255: {"claims": {"tenant": "x" * 2020}, "redirect_uris": [uri]}},
    )
    parameters = {
        "client_id": "c" * 255, "redirect_uri": uri, "state": "x" * 2048, "nonce": "n" * 2048,
        "scope": f"openid {'s' * 1017}", "access_type": "offline",
    }  # fmt: skip
    page = party.authorize(login_hint="h" * 4096, prompt="login", **parameters)
    chosen = party.choose(page, user=name).parameters["code"]
    party.provider.logins.next(name, claims={"a": "x" * 1000})
    planned = party.respond(**parameters)["code"]
    hinted = party.respond(login_hint=name, prompt="login", **parameters)["code"]
    for code in (chosen, planned, hinted):
        exchange = {"client_id": "c" * 255, "redirect_uri": uri}
        tokens = party.redeem(code, **exchange)
        for text in (code, *map(str, (tokens.access_token, tokens.refresh_token))):
            assert len(text) < 16384
        tokens = party.refresh(tokens.refresh_token, client_id="c" * 255)
        assert party.describe_user(tokens.access_token)["roles"] == "x" * 2020


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", set()),
        ("openid email", {"email", "email_verified"}),
        ("openid profile", {"name", "given_name", "preferred_username"}),
        ("openid phone address", {"phone_number", "address"}),
        ("openid groups", {"groups", "groups_id"}),
        ("openid unknown", set()),
        (
            "email phone openid address profile",
            {
                "email",
                "email_verified",
                "phone_number",
                "address",
                "name",
                "given_name",
                "preferred_username",
            },
        ),
    ],
)
@pytest.mark.must(
    "userinfo",
    "A scope releases its claims; the order of scopes does not matter.",
    "OpenID Connect Core §5.4; RFC 6749 §3.3",
    "oidcc-scope-profile",
    "oidcc-scope-email",
    "oidcc-scope-address",
    "oidcc-scope-phone",
    "oidcc-scope-all",
    "oidcc-alternate-happy-flow",
)
def test_scope_releases_claims(build_party: Any, scope: str, names: set[str]) -> None:
    users = {
        "alice": {
            "phone_number": "1", "address": {"locality": "x"}, "groups": ["a"], "groups_id": 5,
            "free": True,
        }
    }  # fmt: skip
    party = build_party(users=users, scopes={"groups": ["groups", "groups_id"]})
    tokens = party.log_in(scope=scope)
    standard = {"iss", "sub", "aud", "azp", "iat", "exp", "auth_time", "at_hash"}

    assert party.read(tokens.id_token).keys() == {*standard, "free", *names}
    assert party.describe_user(tokens.access_token).keys() == {"sub", "free", *names}
    api = {"iss", "sub", "aud", "client_id", "scope", "iat", "exp", "auth_time", "jti", "free"}
    personal = {"phone_number", "address", "name", "given_name", "preferred_username", "email",
                "email_verified"}  # fmt: skip
    assert party.read(tokens.access_token).keys() == {*api, *(names - personal)}


def test_claims_of_login_client_user_and_profile_override_each_other(
    build_party: Any, tmp_path: Path
) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(
        """
        [profiles.staff]
        claims = { a = "profile", b = "profile", c = "profile", d = "profile", email = "x@y.z" }
        [users.erin]
        b = "user"
        c = "user"
        d = "user"
        [clients.app]
        claims = { c = "client", d = "client" }
        """
    )
    party = build_party(profiles=path, profile="staff")
    party.provider.logins.next("erin", claims={"d": "login"})
    tokens = party.log_in(scope="openid email")

    expected = {"a": "profile", "b": "user", "c": "client", "d": "login"}
    claims = party.read(tokens.id_token)
    assert {name: claims[name] for name in expected} == expected
    assert claims["email"] == "erin@example.com"
    claims = party.read(party.refresh(tokens.refresh_token).access_token)
    assert {name: claims[name] for name in expected} == expected


@pytest.mark.must(
    "id token", "No claim of a user or client replaces one of the issuer.", "OpenID Connect Core §2"
)
def test_no_claim_of_a_user_replaces_one_of_the_issuer(build_party: Any, tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(
        '[profiles.odd.claims]\nazp = "evil"\nnonce = "evil"\nat_hash = "x"\nscope = "admin"\n'
        'sub = "evil"\nauth_time = 5\nclient_id = "evil"\njti = "evil"\nexp = 5\n'
    )
    party = build_party(profiles=path, profile="odd")
    tokens = party.log_in()
    id_token, access_token = party.read(tokens.id_token), party.read(tokens.access_token)

    assert "evil" not in {*map(str, id_token.values()), *map(str, access_token.values())}
    assert (access_token["scope"], id_token["auth_time"]) == ("openid", IAT)
    assert party.describe_user(tokens.access_token) == {"sub": "alice"}


def test_lifetime_audience_and_identifier_are_those_of_the_settings(build_party: Any) -> None:
    party = build_party(ttl=timedelta(seconds=90), audience="my-api", issuer="https://id.test")
    tokens = party.log_in()
    claims = party.read(tokens.access_token)

    assert tokens.expires_in == 90
    assert (claims["exp"] - claims["iat"], claims["aud"]) == (90, "my-api")
    assert party.read(tokens.id_token)["iss"] == "https://id.test"
    assert party.seen[-1].parameters["iss"] == "https://id.test"


def test_profile_google_gives_tokens_like_google(build_party: Any) -> None:
    party = build_party(profile="google")
    tokens = party.log_in(scope="openid email profile")
    claims = party.read(tokens.id_token)

    assert tokens.access_token.startswith("ya29.dev-only.")
    assert tokens.expires_in == 3600
    assert claims["iss"] == "https://accounts.google.com"
    assert claims["sub"].isdigit()
    assert len(claims["sub"]) == 21
    assert claims["hd"] == "example.com"
    assert not isinstance(tokens.refresh_token, str), "only with access_type=offline"
    assert party.describe_user(tokens.access_token)["email"] == "alice@example.com"
    assert party.introspect(tokens.access_token)["scope"] == "openid email profile"
    carol = party.read(party.log_in(login_hint="carol", scope="openid email").id_token)
    assert (carol["email_verified"], "hd" in carol) == (False, False)


def test_refresh_tokens_of_google_do_not_rotate(build_party: Any) -> None:
    party = build_party(profile="google")
    token = party.log_in(access_type="offline").refresh_token
    first, second = party.refresh(token), party.refresh(token)

    assert not isinstance(first.refresh_token, str)
    party.revoke(second.access_token, client_id=None)
    for access_token in (first.access_token, second.access_token):
        assert party.introspect(access_token) == {"active": False}
    with pytest.raises(OAuthError, match="is revoked"):
        party.refresh(token)


def test_google_identifies_users_without_openid(build_party: Any) -> None:
    party = build_party(profile="google")
    tokens = party.log_in(scope="email")

    assert party.read(tokens.id_token)["email"] == "alice@example.com"
    assert party.describe_user(tokens.access_token)["email"] == "alice@example.com"
    other = party.log_in(scope="x")
    assert not isinstance(other.id_token, str)
    with pytest.raises(OAuthError, match="needs the scope openid or profile or email"):
        party.describe_user(other.access_token)


@pytest.mark.parametrize("profile", ["plain", "google"])
def test_scopes_have_the_names_of_google_too(build_party: Any, profile: str) -> None:
    party = build_party(profile=profile)
    url = "https://www.googleapis.com/auth/userinfo"
    tokens = party.log_in(scope=f"openid {url}.email {url}.profile")

    for claims in (party.describe_user(tokens.access_token), party.read(tokens.id_token)):
        assert (claims["email"], claims["name"]) == ("alice@example.com", "Alice")
    assert tokens.scope == f"openid {url}.email {url}.profile"


def test_google_identifies_users_by_its_names_of_scopes(build_party: Any) -> None:
    tokens = build_party(profile="google").log_in(
        scope="https://www.googleapis.com/auth/userinfo.email"
    )

    assert isinstance(tokens.id_token, str)


def test_metadata_names_what_is_supported(build_party: Any) -> None:
    party = build_party(scopes={"groups": ["groups"]}, users={"erin": {"groups": ["a"]}})
    metadata = party.provider.metadata

    assert metadata["response_types_supported"] == ["code"]
    assert metadata["response_modes_supported"] == ["query", "fragment", "form_post"]
    assert {"openid", "email", "groups", "offline_access"} < set(metadata["scopes_supported"])
    assert metadata["code_challenge_methods_supported"] == ["S256", "plain"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert {"sub", "nonce", "groups", "email"} < set(metadata["claims_supported"])


def test_settings_that_need_one_process_are_known() -> None:
    assert parse_keywords({}).is_alone
