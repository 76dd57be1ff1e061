"""Rules: findings for the variables of an environment."""

from typing import Final

import pytest
from proxy_guard import dev_marks, findings, rules, urls
from proxy_guard.findings import EXPLANATIONS, Finding
from proxy_guard.rules import RULES

KEY: Final = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""
DEV_URI: Final = "http://token-issuer:8081/.well-known/jwks.json"
ALL_CODES: Final = {
    value
    for name, value in [*vars(urls).items(), *vars(findings).items()]
    if name.isupper() and not name.startswith("_") and name not in vars(dev_marks)
    if isinstance(value, str) and value.isidentifier()
}


def find_all(environ: dict[str, str]) -> list[tuple[str, str]]:
    return [(found.variable, found.code) for rule in RULES for found in rule(environ)]


@pytest.mark.requirement("PG-4")
def test_every_code_of_a_verdict_is_explained() -> None:
    assert EXPLANATIONS.keys() == ALL_CODES


@pytest.mark.requirement("PG-4")
@pytest.mark.parametrize("code", EXPLANATIONS)
def test_finding_has_a_message_and_a_remedy(code: str) -> None:
    finding = Finding(code, variable="JWT_JWKS_URI", detail="{detail} of it")

    assert finding.what.startswith("JWT_JWKS_URI ")
    assert "{detail} of it" in finding.what, "a value is never taken for a template"
    assert "JWT_JWKS_URI" in finding.remedy
    assert "{" not in finding.remedy
    assert "{" not in EXPLANATIONS[code].meaning
    assert EXPLANATIONS[code].meaning.endswith(".")
    assert repr(finding) == f"<Finding {code} in JWT_JWKS_URI>"


@pytest.mark.requirement("PG-1")
def test_jwks_uri_that_names_the_simulator_is_a_finding() -> None:
    assert find_all({"JWT_JWKS_URI": DEV_URI}) == [("JWT_JWKS_URI", "token_issuer_host")]


@pytest.mark.requirement("PG-2")
def test_issuer_that_names_the_simulator_is_a_finding() -> None:
    environ = {"JWT_ISSUER": "https://issuer.local", "JWT_JWKS_URI": DEV_URI}

    assert find_all({"JWT_ISSUER": "issuer.local"}) == [("JWT_ISSUER", "issuer_local")]
    assert find_all({"JWT_ISSUER": "token_issuer"}) == [("JWT_ISSUER", "token_issuer_host")]
    assert find_all(environ) == [
        ("JWT_JWKS_URI", "token_issuer_host"),
        ("JWT_ISSUER", "issuer_local"),
    ]


@pytest.mark.requirement("PG-2")
def test_issuer_that_is_another_word_has_no_findings() -> None:
    word = "harbor-token-issuer"

    assert find_all({"JWT_ISSUER": word}) == []
    assert find_all({"JWT_JWKS_URI": word}) == [("JWT_JWKS_URI", "token_issuer_host")]


@pytest.mark.requirement("PG-1")
@pytest.mark.parametrize("blank", ["", "  ", '""', "\ufeff"])
def test_static_key_of_a_provider_has_no_findings(blank: str) -> None:
    assert find_all({}) == []
    assert find_all({"JWT_JWKS_URI": blank, "JWT_ISSUER": blank}) == []


@pytest.mark.requirement("PG-1")
def test_other_variables_are_not_checked() -> None:
    assert find_all({"UPSTREAM_URL": DEV_URI, "JWT_AUDIENCE": "token-issuer"}) == []


@pytest.mark.requirement("PG-1")
@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("OIDC_ISSUER", "http://token-issuer:8081", "token_issuer_host"),
        ("OAUTH2_PROXY_OIDC_ISSUER_URL", "http://token-issuer:8081/staff", "token_issuer_host"),
        ("AUTH0_ISSUER_BASE_URL", "https://issuer.local", "issuer_local"),
        ("OIDC_AUTHORIZATION_ENDPOINT", "http://localhost:8081/authorize", "local_dev_port"),
        ("authorization_endpoint", "http://[::1]:8081/o/oauth2/v2/auth", "local_dev_port"),
        ("GOOGLE_AUTH_URI", "http://127.0.0.1:8081/o/oauth2/v2/auth", "local_dev_port"),
        ("GOOGLE_TOKEN_URI", "http://token%2Dissuer:8081/token", "token_issuer_host"),
        ("GF_AUTH_GENERIC_OAUTH_TOKEN_URL", "http://token_issuer/token", "token_issuer_host"),
        ("OIDC_USERINFO_URL", "http://host.docker.internal:8081/v1/userinfo", "local_dev_port"),
        ("SPRING_X_USER_INFO_URI", "https://gw.example.com/token-issuer/x", "token_issuer_path"),
        ("OAUTH2_PROXY_LOGIN_URL", "http://token-issuer:8081/authorize", "token_issuer_host"),
        ("INTROSPECTION_URL", "token-issuer:8081/introspect", "token_issuer_host"),
        ("REVOCATION_ENDPOINT", "http:\\\\token-issuer\\revoke", "token_issuer_host"),
        ("END_SESSION_ENDPOINT", "'http://token-issuer/logout'", "token_issuer_host"),
        ("DEVICE_AUTHORIZATION_ENDPOINT", "http://token-issuer/device/code", "token_issuer_host"),
        ("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_JWK_SET_URI", "http://localhost:8081/certs",
         "local_dev_port"),
    ],
)  # fmt: skip
def test_endpoint_of_a_login_that_leads_to_the_simulator_is_a_finding(
    variable: str, value: str, code: str
) -> None:
    assert find_all({variable: value}) == [(variable, code)]


@pytest.mark.requirement("PG-1")
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OIDC_ISSUER", "https://accounts.google.com"),
        ("OIDC_ISSUER", ""),
        ("REGISTRY_AUTH_TOKEN_ISSUER", "harbor-token-issuer"),
        ("TOKEN_ISSUER", " token_issuer\n"),
        ("TOKEN_URL", "https://token-issuers.example.com/token"),
        ("TOKEN_URL", "http://localhost:8080/token"),
        ("TOKEN_URL", "https://id.example.com/" + "a" * 5000),
        ("LOGIN_URL", "http://localhost:8081/login"),
        ("OAUTH2_PROXY_UPSTREAMS", "http://127.0.0.1:8081/"),
        ("TOKEN_ISSUER_PORT", "tcp://10.0.0.1:8081"),
        ("AUTH_SERVICE", "http://localhost:8081"),
    ],
)
def test_endpoint_of_another_provider_has_no_findings(variable: str, value: str) -> None:
    assert find_all({variable: value}) == []


def test_inspected_variables_are_those_the_rules_read() -> None:
    for variable in rules.INSPECTED_VARIABLES:
        assert find_all({variable: DEV_URI}) == [(variable, "token_issuer_host")]


@pytest.mark.requirement("PG-3")
@pytest.mark.parametrize(
    ("key", "code"),
    [
        ('{"kty":"RSA","e":"AQAB","n":"zDEVzONLYzTOKENzISSUERzNOTzPRODzabcd"}', "dev_key"),
        ('{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}',
         "published_key"),
        ('{"keys":[],"dev_only":true}', "dev_jwks"),
    ],
)  # fmt: skip
def test_static_key_of_the_simulator_is_a_finding(key: str, code: str) -> None:
    assert find_all({"JWT_PUBLIC_KEY": key}) == [("JWT_PUBLIC_KEY", code)]
    assert find_all({"JWT_PUBLIC_KEY": "https://id.example.com/keys"}) == []


@pytest.mark.requirement("PG-1")
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("token-issuer:8081/keys", "token_issuer_host"),
        ("http%3A%2F%2Ftoken-issuer%2Fkeys", "token_issuer_host"),
        ("http:\\\\token-issuer\\keys", "token_issuer_host"),
        ("//token_issuer/keys", "token_issuer_host"),
        ("localhost:8081", "local_dev_port"),
        ("issuer.local/certs", "issuer_local"),
        ("/keys/token-issuer.pem", "token_issuer_path"),
        ("https://token-issuer/" + "a" * 5000, "unreadable_uri"),
        ("token-issuer:8081/" + "a" * 5000, "unreadable_uri"),
    ],
)
def test_static_key_without_a_key_is_judged_as_a_uri(value: str, code: str) -> None:
    assert find_all({"JWT_PUBLIC_KEY": value}) == [("JWT_PUBLIC_KEY", code)]


@pytest.mark.requirement("PG-3")
@pytest.mark.parametrize(
    "value",
    [
        '{"kty":"OKP","crv":"Ed25519","kid":"token-issuer-1","x":"' + "A" * 43 + '"}',
        '{"kty":"AKP","alg":"ML-DSA-87","kid":"token-issuer","pub":"'
        + "A" * 3456
        + "A" * 2000
        + '"}',
        "# for localhost:8081 and token-issuer\n" + KEY,
        "/etc/keys/provider.pem",
        "c2VjcmV0" * 8,
    ],
    ids=range(5),
)
def test_static_key_is_not_searched_for_names(value: str) -> None:
    assert find_all({"JWT_PUBLIC_KEY": value}) == []
