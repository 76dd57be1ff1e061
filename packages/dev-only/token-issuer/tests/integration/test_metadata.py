# DEV-ONLY: never ship to production.
"""The metadata server over HTTP: what clients of Google ask, and what is rejected."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import jwt
import pytest
from tests import patient_http
from token_issuer.google.metadata import DEFAULT_SCOPES
from token_issuer.testing import RunningIssuer, run_token_issuer

pytestmark = pytest.mark.requirement("GO-5")

FLAVOR: Final = {"Metadata-Flavor": "Google"}
V1: Final = "/computeMetadata/v1"
ACCOUNT: Final = f"{V1}/instance/service-accounts/default"
EMAIL: Final = "dev-only@dev-only-project.iam.gserviceaccount.com"


@pytest.fixture
def http(token_issuer: RunningIssuer) -> Iterator[httpx.Client]:
    with patient_http.Client(base_url=token_issuer.url, headers=FLAVOR) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "computeMetadata/\n"),
        ("/computeMetadata/", "v1/\n"),
        (V1, "instance/\nproject/\nuniverse/\n"),
        (f"{V1}/", "instance/\nproject/\nuniverse/\n"),
        (f"{V1}/project/project-id", "dev-only-project"),
        (f"{V1}/project/numeric-project-id", "123456789012"),
        (f"{V1}/universe/universe-domain", "googleapis.com"),
        (f"{V1}/universe/universe_domain", "googleapis.com"),
        (f"{V1}/instance/zone", "projects/123456789012/zones/us-central1-a"),
        (f"{V1}/instance/attributes/", ""),
        (f"{V1}/instance/service-accounts/", f"default/\n{EMAIL}/\n"),
        (f"{ACCOUNT}/email", EMAIL),
        (f"{V1}/instance/service-accounts/{EMAIL}/email", EMAIL),
        (f"{ACCOUNT}/", "aliases\nemail\nidentity\nscopes\ntoken\n"),
    ],
)
def test_values_and_listings_are_text(http: httpx.Client, path: str, text: str) -> None:
    response = http.get(path)

    assert (response.status_code, response.text) == (200, text)
    assert response.headers["content-type"] == "application/text"
    assert response.headers["metadata-flavor"] == "Google"
    assert response.headers["x-dev-only"] == "token-issuer"
    assert response.headers["cache-control"] == "no-store"


def test_recursive_request_gets_all_members_but_tokens(http: httpx.Client) -> None:
    account = http.get(f"{ACCOUNT}/?recursive=true").json()
    accounts = http.get(f"{V1}/instance/service-accounts/?recursive=true").json()
    tree = http.get(f"{V1}/?recursive=true").json()

    assert set(account) == {"aliases", "email", "scopes"}
    assert (account["aliases"], account["email"]) == (["default"], EMAIL)
    assert accounts == {"default": account, EMAIL: account}
    assert tree["instance"]["serviceAccounts"] == accounts
    assert tree["project"]["numericProjectId"] == "123456789012"
    assert http.get(f"{V1}/project/project-id?alt=json").json() == "dev-only-project"


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ("", " ".join(DEFAULT_SCOPES)),
        ("?scopes=a,b", "a b"),
        ("?scopes=https://x.test/a", "https://x.test/a"),
    ],
)
def test_token_is_that_of_the_account(http: httpx.Client, query: str, scope: str) -> None:
    token = http.get(f"{ACCOUNT}/token{query}").json()
    described = http.get("/tokeninfo", params={"access_token": token["access_token"]}).json()

    assert token["access_token"].startswith("ya29.dev-only.")
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    assert (described["scope"], described["email"]) == (scope, EMAIL)


def decode(issuer: RunningIssuer, token: str, audience: str) -> dict[str, Any]:
    key = jwt.PyJWKClient(issuer.jwks_uri).get_signing_key_from_jwt(token)
    claims: dict[str, Any] = jwt.decode(token, key, ["RS256"], audience=audience)
    return claims


def test_identity_token_is_for_the_requested_audience() -> None:
    with (
        run_token_issuer(profile="google", google_project="my-project") as issuer,
        patient_http.Client(base_url=issuer.url, headers=FLAVOR) as http,
    ):
        audience = "https://service.test/a b?c=d"
        tokens = {
            form: http.get(
                f"{ACCOUNT}/identity",
                params={"audience": audience, "format": form, "licenses": "TRUE"},
            ).text
            for form in ("standard", "full")
        }
        standard, full = (decode(issuer, token, audience) for token in tokens.values())

    assert set(standard) == {
        "iss", "aud", "azp", "sub", "email", "email_verified", "iat", "exp",
    }  # fmt: skip
    assert standard["iss"] == "https://accounts.google.com"
    assert standard["azp"] == standard["sub"]
    assert standard["sub"].isdecimal()
    assert standard["email"] == "dev-only@my-project.iam.gserviceaccount.com"
    assert standard["exp"] - standard["iat"] == 3600
    instance = full["google"]["compute_engine"]
    assert (instance["project_id"], instance["project_number"]) == ("my-project", 123456789012)
    assert instance["license_id"]


@pytest.mark.parametrize("path", ["", "/", "/project/project-id", "/nope"])
@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([], "Metadata-Flavor: missing or wrong"),
        ([("Metadata-Flavor", "google")], "Metadata-Flavor: missing or wrong"),
        ([("Metadata-Flavor", "")], "Metadata-Flavor: missing or wrong"),
        ([("Metadata-Flavor", "Google"), ("Metadata-Flavor", "x")], "Metadata-Flavor: missing"),
        ([("Metadata-Flavor", "Google"), ("X-Forwarded-For", "10.0.0.1")], "X-Forwarded-For"),
    ],
)
def test_request_of_a_page_or_proxy_is_rejected(
    token_issuer: RunningIssuer, path: str, headers: list[tuple[str, str]], reason: str
) -> None:
    response = patient_http.get(f"{token_issuer.url}{V1}{path}", headers=headers)

    assert response.status_code == 403
    assert reason in response.json()["detail"]
    assert response.headers["metadata-flavor"] == "Google"


def test_root_without_the_header_is_no_path(token_issuer: RunningIssuer) -> None:
    response = patient_http.get(f"{token_issuer.url}/")

    assert response.status_code == 404
    assert "/openapi.json lists the paths" in response.json()["detail"]


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        (f"{ACCOUNT}/identity", 400, "audience: missing"),
        (f"{ACCOUNT}/identity?audience=", 400, "audience: missing"),
        (f"{ACCOUNT}/identity?audience=%20", 400, "audience: missing"),
        (f"{ACCOUNT}/identity?audience={'x' * 2049}", 400, "audience: expected at most 2048"),
        (f"{ACCOUNT}/identity?audience=a&audience=b", 400, "audience: given more than once"),
        (f"{ACCOUNT}/identity?audience=a&format=long", 400, "expected standard or full"),
        (f"{ACCOUNT}/identity?audience=a&licenses=yes", 400, "expected FALSE or TRUE"),
        (f"{ACCOUNT}/identity?audience=%ff", 400, "UTF-8"),
        (f"{ACCOUNT}/token?scopes=", 400, "scopes: expected 1 to 50"),
        (f"{ACCOUNT}/token?scopes=a%20b", 400, "scopes: expected 1 to 50"),
        (f"{ACCOUNT}/token?scopes={','.join('abcdefghij' * 6)}", 400, "scopes: expected 1 to 50"),
        (f"{V1}/nope", 404, "; /computeMetadata/v1/ has: instance, project, universe"),
        (f"{V1}/project/project-id/x", 404, "has: nothing"),
        (f"{V1}/instance/service-accounts/other@x.test/token", 404, f"has: default, {EMAIL}"),
        ("/computeMetadata/v2", 404, "; /computeMetadata/ has: v1"),
    ],
)
def test_rejection_names_the_reason(
    http: httpx.Client, path: str, status: int, reason: str
) -> None:
    response = http.get(path)

    assert response.status_code == status
    assert reason in response.json()["detail"]


def test_metadata_is_below_the_name_of_an_issuer_too() -> None:
    issuers = {"staff": {"google_project": "staff-project"}}
    with run_token_issuer(issuers=issuers) as issuer:
        url = f"{issuer.url}/staff{V1}/project/project-id"

        assert patient_http.get(url, headers=FLAVOR).text == "staff-project"


def test_host_is_that_of_google_too(http: httpx.Client) -> None:
    for host in ("metadata.google.internal", "169.254.169.254"):
        assert http.get(f"{V1}/instance/id", headers={"Host": host}).status_code == 200


def test_requests_are_logged_by_their_time_and_clock(
    token_issuer: RunningIssuer, http: httpx.Client
) -> None:
    token_issuer.clock.turn(now=datetime(2030, 1, 1, tzinfo=UTC), frozen=True)
    token = http.get(f"{ACCOUNT}/identity?audience=a").text

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["iat"] == 1893456000
    assert token_issuer.requests.count(f"{ACCOUNT}/identity") == 1
