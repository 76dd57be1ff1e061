# DEV-ONLY: never ship to production.
"""The authorization endpoint: RFC 6749, OpenID Connect Core and RFC 9207."""

import re
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest
from token_issuer.oauth.choosers import Chooser
from token_issuer.oauth.errors import DirectError

pytestmark = pytest.mark.requirement("LG-1")

CALLBACK: Final = "http://localhost:3000/callback"


@pytest.mark.must(
    "authorization", "`state` comes back unchanged.", "RFC 6749 §4.1.2", "oidcc-server"
)
@pytest.mark.must("authorization", "The response names the issuer in `iss`.", "RFC 9207 §2")
def test_code_state_and_issuer_come_back(party: Any) -> None:
    answer = party.respond(login_hint="alice", state="a b&c=ü/\n\"<'")

    assert answer.keys() == {"code", "state", "iss"}
    assert answer["state"] == "a b&c=ü/\n\"<'"
    assert answer["iss"] == "https://issuer.local"


def test_state_is_absent_if_it_was_not_sent(party: Any) -> None:
    assert "state" not in party.respond(login_hint="alice", state=None)


@pytest.mark.must(
    "authorization", "A parameter without a value is treated as omitted.", "RFC 6749 §3.1"
)
def test_empty_parameters_are_absent(party: Any) -> None:
    answer = party.respond(
        login_hint="alice", state="", prompt="", max_age="", response_mode="", nonce="",
        code_challenge="", code_challenge_method="", id_token_hint="", request="",
    )  # fmt: skip

    assert answer.keys() == {"code", "iss"}
    assert "nonce" not in party.read(party.redeem(answer["code"]).id_token)


def test_empty_value_beside_a_value_is_no_repetition(party: Any) -> None:
    assert party.respond(login_hint="alice", state=["", "x"])["state"] == "x"


@pytest.mark.must(
    "authorization",
    "Unknown parameters, and known parameters that may be ignored, cause no error.",
    "RFC 6749 §3.1; OpenID Connect Core §15.1",
    "oidcc-ensure-request-with-unknown-parameter-succeeds",
    "oidcc-display-page",
    "oidcc-display-popup",
    "oidcc-ui-locales",
    "oidcc-claims-locales",
    "oidcc-ensure-request-with-acr-values-succeeds",
    "oidcc-claims-essential",
)
def test_unknown_parameters_are_ignored(party: Any) -> None:
    parameters = {
        "foo": "bar", "display": "page", "ui_locales": "de", "claims_locales": "de",
        "acr_values": "1", "claims": '{"userinfo": {"name": {"essential": true}}}',
    }  # fmt: skip

    assert "code" in party.respond(login_hint="alice", **parameters)


@pytest.mark.parametrize(
    "name", ["scope", "nonce", "response_type", "prompt", "code_challenge", "login_hint", "foo"]
)
@pytest.mark.must("authorization", "A repeated parameter is an error.", "RFC 6749 §3.1")
def test_repeated_parameter_is_an_error(party: Any, name: str) -> None:
    answer = party.respond(**{name: ["openid", "openid"]})

    assert answer["error"] == "invalid_request"
    assert name in answer["error_description"]
    assert answer["state"] == "s-1"


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "response_mode"])
def test_repeated_parameter_that_decides_where_to_go_does_not_redirect(
    party: Any, name: str
) -> None:
    with pytest.raises(DirectError, match=f"{name}: given 2 times"):
        party.authorize(**{name: ["app", "app"]})


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"client_id": None}, "client_id: missing"),
        ({"client_id": ""}, "client_id: missing"),
        ({"client_id": "a b"}, "client_id: expected 1 to 255 visible"),
        ({"redirect_uri": None}, "redirect_uri: missing"),
        (
            {"redirect_uri": "https://evil.example/"},
            "redirect_uri: the client 'app' may not use 'https://evil.example/'; expected a URL",
        ),
        ({"redirect_uri": f"{CALLBACK}#x"}, "redirect_uri: the client"),
        ({"redirect_uri": "http://localhost/" + "x" * 2048}, "redirect_uri: the client"),
        ({"state": "x" * 2049}, "state: expected at most 2048 bytes"),
        ({"scope": "x" * 4097}, "scope: expected at most 4096 characters"),
        ({f"p{number}": "x" for number in range(100)}, "at most 100 parameters"),
    ],
)
@pytest.mark.must(
    "authorization",
    "A wrong client or redirect URI never redirects.",
    "RFC 6749 §4.1.2.1",
    "oidcc-ensure-redirect-uri-in-authorization-request",
    "oidcc-ensure-registered-redirect-uri",
)
def test_wrong_client_or_redirect_uri_never_redirects(
    party: Any, parameters: dict[str, Any], problem: str
) -> None:
    with pytest.raises(DirectError, match=problem):
        party.authorize(login_hint="alice", **parameters)


@pytest.mark.must(
    "authorization",
    "A wrong client or redirect URI never redirects.",
    "RFC 6749 §4.1.2.1",
    "oidcc-ensure-request-object-with-redirect-uri",
)
def test_wrong_client_never_redirects_even_if_everything_else_is_wrong(build_party: Any) -> None:
    party = build_party(clients={"app": {"redirect_uris": [CALLBACK]}})

    with pytest.raises(DirectError, match="no client is named 'other'"):
        party.authorize(client_id="other", response_type="token", scope='"')
    with pytest.raises(DirectError, match=f"expected one that is declared: {CALLBACK}"):
        party.authorize(redirect_uri=f"{CALLBACK}/", prompt="none", request="ey")


@pytest.mark.parametrize(
    ("parameters", "error", "field"),
    [
        ({"response_type": None}, "invalid_request", "response_type"),
        ({"response_type": "token"}, "unsupported_response_type", "response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type", "response_type"),
        ({"response_mode": "web_message"}, "invalid_request", "response_mode"),
        ({"scope": 'a"b'}, "invalid_scope", "scope"),
        ({"scope": "openid  email"}, "invalid_scope", "scope"),
        ({"scope": "x" * 1025}, "invalid_scope", "scope"),
        ({"nonce": "x" * 2049}, "invalid_request", "nonce"),
        ({"nonce": "ü" * 1025}, "invalid_request", "nonce"),
        ({"prompt": "none login"}, "invalid_request", "prompt"),
        ({"prompt": "create"}, "invalid_request", "prompt"),
        ({"max_age": "-1"}, "invalid_request", "max_age"),
        ({"max_age": "1.5"}, "invalid_request", "max_age"),
        ({"max_age": "1" * 10}, "invalid_request", "max_age"),
        ({"request": "ey"}, "request_not_supported", "request"),
        ({"request_uri": "https://a.test"}, "request_uri_not_supported", "request_uri"),
        ({"registration": "{}"}, "registration_not_supported", "registration"),
        ({"id_token_hint": "ey"}, "invalid_request", "id_token_hint"),
        ({"code_challenge_method": "S256"}, "invalid_request", "code_challenge"),
        ({"code_challenge": "x" * 42}, "invalid_request", "code_challenge"),
        ({"code_challenge": "x" * 129}, "invalid_request", "code_challenge"),
        ({"code_challenge": "ü" * 43}, "invalid_request", "code_challenge"),
        (
            {"code_challenge": "x" * 44, "code_challenge_method": "S256"},
            "invalid_request", "code_challenge",
        ),
        (
            {"code_challenge": "x" * 43, "code_challenge_method": "s256"},
            "invalid_request", "code_challenge_method",
        ),
    ],
)  # fmt: skip
@pytest.mark.must(
    "authorization",
    "Any other error goes to the client, with `state` and `iss`.",
    "RFC 6749 §4.1.2.1; OpenID Connect Core §3.1.2.6",
    "oidcc-response-type-missing",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
)
def test_error_goes_to_the_client_with_state_and_issuer(
    party: Any, parameters: dict[str, str], error: str, field: str
) -> None:
    answer = party.respond(login_hint="alice", **parameters)

    assert answer["error"] == error
    assert answer["error_description"].startswith(f"{field}: ")
    assert (answer["state"], answer["iss"]) == ("s-1", "https://issuer.local")
    assert "code" not in answer


def test_challenge_is_demanded_from_clients_that_declare_it(build_party: Any) -> None:
    party = build_party(clients={"app": {"redirect_uris": [CALLBACK], "require_pkce": True}})

    assert party.respond(login_hint="alice")["error"] == "invalid_request"
    assert "code" in party.respond(login_hint="alice", code_challenge="x" * 43)


@pytest.mark.parametrize(
    ("mode", "part"), [(None, "query"), ("query", "query"), ("fragment", "fragment")]
)
@pytest.mark.must(
    "authorization",
    "`response_mode` decides between query and fragment.",
    "OAuth 2.0 Multiple Response Types §2.1",
)
def test_response_is_in_the_query_or_the_fragment(party: Any, mode: str | None, part: str) -> None:
    response = party.authorize(
        response_mode=mode, login_hint="alice", redirect_uri=f"{CALLBACK}?a=1&b", state="x &#"
    )
    parts = urlsplit(response.location)

    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == CALLBACK
    assert dict(parse_qsl(getattr(parts, part)))["state"] == "x &#"
    assert parts.query.startswith("a=1&b")
    assert ("code=" in parts.query) is (part == "query")


@pytest.mark.parametrize("end", ["", "?", "?a=1", "?a=1&"])
def test_parameters_are_appended_to_those_of_the_redirect_uri(party: Any, end: str) -> None:
    location = party.authorize(login_hint="alice", redirect_uri=CALLBACK + end).location
    separator = {"": "?", "?a=1": "&"}.get(end, "")

    assert location.startswith(f"{CALLBACK}{end}{separator}code=")


@pytest.mark.must(
    "authorization",
    "With `response_mode=form_post`, a page posts the response.",
    "OAuth 2.0 Form Post Response Mode §2",
    "oidcc-server",
)
def test_form_post_keeps_the_parameters_apart(party: Any) -> None:
    response = party.authorize(response_mode="form_post", login_hint="alice")

    assert (response.mode, response.redirect_uri) == ("form_post", CALLBACK)
    assert response.parameters.keys() == {"code", "state", "iss"}


def test_error_uses_the_response_mode_of_the_request(party: Any) -> None:
    assert party.authorize(response_mode="fragment", prompt="none").mode == "fragment"
    assert party.authorize(response_mode="web_message").mode == "query"


@pytest.mark.must(
    "authorization",
    "The error of a flow that is not supported is where its clients read it: in the fragment.",
    "RFC 6749 §4.2.2.1; OpenID Connect Core §3.2.2.6, §3.3.2.6",
)
def test_error_of_an_implicit_or_hybrid_request_is_in_the_fragment(party: Any) -> None:
    for response_type in ("token", "id_token", "code id_token", "code token"):
        assert party.authorize(response_type=response_type).mode == "fragment"
    assert party.authorize(response_type="token", response_mode="form_post").mode == "form_post"
    assert party.authorize(response_type="none").mode == "query"
    assert party.authorize(response_type=["code", "token"]).mode == "query"


def test_page_offers_the_users(party: Any) -> None:
    page = party.authorize(scope="openid email", login_hint="dave@corp.test")

    assert isinstance(page, Chooser)
    assert [user.name for user in page.users] == ["alice", "bob", "carol"]
    assert (page.client_id, page.redirect_uri) == ("app", CALLBACK)
    assert (page.scope, page.login_hint) == (("openid", "email"), "dave@corp.test")


def test_decision_completes_the_request(party: Any) -> None:
    response = party.choose(party.authorize(nonce="n", state="a b"), user="bob")

    assert response.parameters["state"] == "a b"
    claims = party.read(party.redeem(response.parameters["code"]).id_token)
    assert (claims["sub"], claims["nonce"]) == ("bob", "n")


@pytest.mark.must(
    "authorization", "If the user denies, the error is `access_denied`.", "RFC 6749 §4.1.2.1"
)
def test_denial_goes_to_the_client(party: Any) -> None:
    response = party.choose(party.authorize(), deny="1")

    assert response.parameters["error"] == "access_denied"
    assert response.parameters.keys() == {"error", "error_description", "state", "iss"}
    assert party.cookie is None


def test_another_account_can_log_in(party: Any) -> None:
    page = party.authorize(scope="openid email profile")
    response = party.choose(page, user="  zoe.adams@corp.test ")
    claims = party.read(party.redeem(response.parameters["code"]).id_token)

    assert (claims["sub"], claims["email"]) == ("zoe.adams@corp.test",) * 2
    assert (claims["name"], claims["family_name"]) == ("Zoe Adams", "Adams")
    assert [user.name for user in party.provider.users] == ["alice", "bob", "carol"]


@pytest.mark.parametrize("name", ["", "<b>", "a b", "x" * 255, "ü", "-x", "a\x00"])
def test_another_account_needs_a_name(party: Any, name: str) -> None:
    page = party.authorize()

    again = party.choose(page, user=name)

    assert re.match(r"user: (missing|expected a name or an email)", again.problem)
    assert replace(again, problem="") == page
    assert party.choose(again, user="bob").parameters["code"]


def test_page_of_another_issuer_run_or_purpose_is_rejected(party: Any, build_party: Any) -> None:
    other = build_party()
    page = party.authorize()

    for text in ("x", page.interaction[:-1], party.get_code(), party.cookie or ""):
        with pytest.raises(DirectError):
            party.provider.decide([("interaction", text), ("user", "bob")], None, party.now)
    with pytest.raises(DirectError, match="has expired"):
        other.choose(page, user="bob")
    with pytest.raises(DirectError, match="has expired"):
        other.choose(page, user="<b>")


def test_page_expires(party: Any) -> None:
    page = party.authorize()
    party.wait(minutes=31)

    with pytest.raises(DirectError, match="has expired"):
        party.choose(page, user="bob")


def test_page_of_a_removed_client_does_not_redirect(build_party: Any) -> None:
    party = build_party(clients={"app": {"redirect_uris": [CALLBACK]}, "b": {}})
    page = party.authorize()
    party.provider.clients.remove("app")

    with pytest.raises(DirectError, match="no client is named 'app'"):
        party.choose(page, user="bob")


def test_provider_has_no_second_way_to_redirect(party: Any) -> None:
    """The form of the page decides who logs in, never where the browser goes."""
    page = party.authorize()
    pairs = [
        ("interaction", page.interaction), ("user", "bob"), ("state", "evil"),
        ("redirect_uri", "https://evil.example"), ("client_id", "evil"),
    ]  # fmt: skip
    response = party.provider.decide(pairs, None, party.now)

    assert response.location.startswith(f"{CALLBACK}?code=")
    assert response.parameters["state"] == "s-1"
