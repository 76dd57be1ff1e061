# DEV-ONLY: never ship to production.
"""Several issuers in one process, over HTTP and from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest
from jwt_core import (
    InvalidClaimError,
    InvalidSignatureError,
    KeySet,
    UnknownKeyError,
    VerificationPolicy,
    verify,
)
from tests import patient_http
from token_issuer import RunningIssuer, run_token_issuer

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    RunCommand = Callable[..., subprocess.CompletedProcess[str]]
    StartIssuer = Callable[..., Any]


pytestmark = pytest.mark.requirement("TI-9")

ISSUERS: Final[dict[str, dict[str, Any]]] = {
    "staff": {"audience": "staff-api"},
    "google": {"profile": "google", "algorithms": ["ES256"]},
}
OIDC: Final = "/.well-known/openid-configuration"
OAUTH: Final = "/.well-known/oauth-authorization-server"


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningIssuer]:
    with run_token_issuer(issuer="self", issuers=ISSUERS) as issuer:
        yield issuer


@pytest.fixture
def issuer(shared: RunningIssuer) -> RunningIssuer:
    shared.reset()
    return shared


def fetch(url: str) -> dict[str, Any]:
    document: dict[str, Any] = patient_http.get(url).json()
    return document


def read_claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


@pytest.mark.parametrize("path", [OIDC, OAUTH])
@pytest.mark.parametrize("name", ["", "staff", "google"])
def test_discovery_names_the_url_that_the_client_was_given(
    issuer: RunningIssuer, path: str, name: str
) -> None:
    each = issuer.issuers.get(name, issuer)
    assert each.issuer == each.url == f"{issuer.url}/{name}".rstrip("/")
    inserted = f"{issuer.url}{path}/{name}".rstrip("/")
    for url in (f"{each.url}{path}", inserted):
        document = fetch(url)
        assert document["issuer"] == each.url
        assert document["jwks_uri"] == each.jwks_uri
        token = patient_http.post(document["token_endpoint"]).json()["access_token"]
        keys = KeySet.from_document(fetch(document["jwks_uri"]))
        policy = VerificationPolicy(issuer=each.url, audience=each.audience)
        assert verify(token, keys, policy).claims["iss"] == each.url


def test_discovery_is_served_for_any_host_and_the_issuer_stays(issuer: RunningIssuer) -> None:
    headers = {"Host": "evil.example:1"}
    document = patient_http.get(f"{issuer.url}{OIDC}", headers=headers).json()

    assert document["issuer"] == issuer.url
    token = patient_http.post(f"{issuer.url}/token", headers=headers).json()["access_token"]
    assert read_claims(token)["iss"] == issuer.url


def test_verifier_of_one_issuer_refuses_the_tokens_of_the_others(issuer: RunningIssuer) -> None:
    everyone = [issuer, *issuer.issuers.values()]
    for trusted in everyone:
        keys = KeySet.from_document(fetch(trusted.jwks_uri))
        policy = VerificationPolicy(issuer=trusted.url, audience="any")
        assert verify(trusted.mint(aud="any"), keys, policy).claims["iss"] == trusted.url
        for other in everyone:
            if other is trusted:
                continue
            with pytest.raises((InvalidSignatureError, UnknownKeyError)):
                verify(other.mint(aud="any", iss=trusted.url), keys, policy)
            other_keys = KeySet.from_document(fetch(other.jwks_uri))
            with pytest.raises(InvalidClaimError):
                verify(other.mint(aud="any"), other_keys, policy)


def test_settings_profile_and_keys_belong_to_an_issuer(issuer: RunningIssuer) -> None:
    staff, google = issuer.issuers["staff"], issuer.issuers["google"]

    assert read_claims(staff.mint())["aud"] == staff.audience == "staff-api"
    assert "email" in read_claims(google.mint())
    assert "email" not in read_claims(issuer.mint())
    kid = staff.rotate("emergency")
    assert [key["kid"] for key in fetch(staff.jwks_uri)["keys"]] == [kid]
    assert kid not in [key["kid"] for key in fetch(issuer.jwks_uri)["keys"]]
    assert {key["alg"] for key in fetch(google.jwks_uri)["keys"]} == {"RS256", "ES256"}
    assert fetch(f"{staff.url}/health")["kid"] == kid
    assert set(fetch(f"{staff.url}/oauth2/v1/certs")) == {kid}


def test_faults_belong_to_an_issuer(issuer: RunningIssuer) -> None:
    staff = issuer.issuers["staff"]
    staff.faults.set({"kind": "status", "status": 503})

    assert patient_http.get(staff.jwks_uri).status_code == 503
    assert patient_http.get(issuer.jwks_uri).status_code == 200
    assert patient_http.get(issuer.issuers["google"].jwks_uri).status_code == 200
    issuer.reset()
    assert patient_http.get(staff.jwks_uri).status_code == 200


@pytest.mark.parametrize(
    ("to", "path"),
    [
        ("same-host", "/staff/certs?redirected"),
        ("loop", "/staff/certs"),
        ("other-host", "/staff/attacker/jwks.json"),
    ],
)
def test_redirects_stay_below_the_issuer(issuer: RunningIssuer, to: str, path: str) -> None:
    staff = issuer.issuers["staff"]
    staff.faults.set({"kind": "redirect", "to": to})

    location = patient_http.get(f"{staff.url}/certs").headers["location"]

    assert location.endswith(path)
    assert location.removesuffix(path).count("/") == 2


def test_attacker_of_a_defect_is_below_the_issuer(issuer: RunningIssuer) -> None:
    staff = issuer.issuers["staff"]
    for token in (
        staff.mint(defect="jku"),
        patient_http.post(f"{staff.url}/token", data={"defect": "jku"}).json()["access_token"],
    ):
        assert jwt.get_unverified_header(token)["jku"] == f"{staff.url}/attacker/jwks.json"
    assert fetch(f"{staff.url}/attacker/jwks.json")["keys"]


def test_clock_and_log_belong_to_the_process_and_entries_name_the_issuer(
    issuer: RunningIssuer,
) -> None:
    staff = issuer.issuers["staff"]
    staff.clock.turn(now=datetime(2030, 1, 1, tzinfo=UTC), frozen=True)
    assert read_claims(issuer.mint())["iat"] == read_claims(staff.mint())["iat"] == 1893456000
    patient_http.post(f"{issuer.url}/token")
    patient_http.post(f"{staff.url}/token")
    patient_http.get(f"{staff.url}//certs/")
    patient_http.get(f"{issuer.url}{OAUTH}/staff")

    everything = fetch(f"{issuer.url}/admin/requests")
    assert [(entry["issuer"], entry["path"]) for entry in everything["requests"]] == [
        ("", "/token"), ("staff", "/staff/token"), ("staff", "/staff/certs"),
        ("staff", f"{OAUTH}/staff"),
    ]  # fmt: skip
    own = fetch(f"{staff.url}/admin/requests")
    assert own["counts"] == {"/staff/token": 1, "/staff/certs": 1, f"{OAUTH}/staff": 1}
    assert own["count"] == len(own["requests"]) == 3
    assert fetch(f"{staff.url}/admin/requests?path=/token")["count"] == 0
    assert staff.requests.count("/staff/token") == 1
    assert issuer.requests.count() == 4


def test_admin_of_an_issuer_reaches_that_issuer(issuer: RunningIssuer) -> None:
    staff = issuer.issuers["staff"]
    rotated = patient_http.post(f"{staff.url}/admin/keys/rotate", json={}).json()["kid"]
    kids = [key["kid"] for key in fetch(f"{staff.url}/admin/keys")["keys"]]
    assert rotated in kids
    assert rotated not in [key["kid"] for key in fetch(f"{issuer.url}/admin/keys")["keys"]]
    faults = {"faults": [{"kind": "status"}]}
    patient_http.put(f"{staff.url}/admin/faults", json=faults)
    assert fetch(f"{issuer.url}/admin/faults")["faults"] == []
    answer = patient_http.get(f"{staff.url}/admin/keys", headers={"Host": "evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/staff", 404),
        ("GET", "/staff/nope", 404),
        ("GET", "/staff/token", 405),
        ("GET", "/nobody/token", 404),
        ("POST", "/nobody/token", 404),
        ("GET", f"/nobody{OIDC}", 404),
        ("GET", f"{OAUTH}/nobody", 404),
        ("POST", "/STAFF/token", 404),
        ("POST", "/staff/staff/token", 404),
        ("POST", "/staff%2Ftoken", 200),
        ("HEAD", "/staff/certs", 200),
        ("OPTIONS", "/staff/token", 204),
    ],
)
def test_no_issuer_is_created_by_a_request(
    issuer: RunningIssuer, method: str, path: str, status: int
) -> None:
    with patient_http.Client() as client:
        assert client.request(method, f"{issuer.url}{path}").status_code == status
    assert list(issuer.issuers) == list(ISSUERS)


def test_error_of_a_token_request_has_the_form_of_oauth(issuer: RunningIssuer) -> None:
    for data in ({"defct": "x"}, {"grant_type": "password"}):
        url = f"{issuer.issuers['staff'].url}/token"
        error = patient_http.post(url, data=data, headers={"Expect": ""}).json()
        assert error.keys() == {"error", "error_description"}


@pytest.mark.parametrize("path", ["/realms/dev", "/realms/dev/staff", "/staff", ""])
def test_public_url_with_a_path_works_with_and_without_a_gateway(path: str) -> None:
    base = "http://gateway.test/realms/dev"
    with run_token_issuer(issuer="self", public_url=base, issuers={"staff": {}}) as issuer:
        document = fetch(f"{issuer.url}{path}{OIDC}")
        assert document["issuer"] == base + ("/staff" if path.endswith("/staff") else "")
        assert document["token_endpoint"] == f"{document['issuer']}/token"
        token = patient_http.post(f"{issuer.url}{path}/token").json()["access_token"]
        assert read_claims(token)["iss"] == document["issuer"]


@pytest.mark.parametrize(
    ("urls", "path", "action"),
    [
        ({}, "", "/login"),
        ({}, "/staff", "/staff/login"),
        ({"public_url": "http://gateway.test"}, "/staff", "/staff/login"),
        ({"public_url": "http://gateway.test/auth"}, "", "/auth/login"),
        ({"public_url": "http://gateway.test/auth"}, "/auth", "/auth/login"),
        ({"public_url": "http://gateway.test/auth"}, "/staff", "/auth/staff/login"),
        ({"public_url": "http://gateway.test/auth"}, "/auth/staff", "/auth/staff/login"),
        ({"browser_url": "http://gateway.test/auth"}, "/staff", "/auth/staff/login"),
    ],
)
def test_login_page_sends_its_form_to_the_path_that_the_gateway_knows(
    urls: Any, path: str, action: str
) -> None:
    """A gateway may remove the path of the URL; a browser must send it all the same."""
    request = {
        "response_type": "code",
        "client_id": "app",
        "redirect_uri": "http://localhost:3000/callback",
    }
    with run_token_issuer(issuer="self", issuers={"staff": {}}, **urls) as issuer:
        page = patient_http.get(f"{issuer.url}{path}/authorize", params=request)

        assert f'action="{action}"' in page.text


def test_identifier_with_a_path_is_discovered_there() -> None:
    with run_token_issuer(issuer="https://id.test/realms/dev") as issuer:
        for url in (f"/realms/dev{OIDC}", f"{OAUTH}/realms/dev"):
            document = fetch(f"{issuer.url}{url}")
            assert document["issuer"] == "https://id.test/realms/dev"
            assert document["token_endpoint"] == f"{issuer.url}/token"


def test_discovery_by_another_url_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with run_token_issuer(issuers={"staff": {}}) as issuer:
        for _ in range(3):
            fetch(f"{issuer.url}{OIDC}")
            fetch(f"{issuer.url}/staff{OIDC}")
            patient_http.get(f"{issuer.url}{OIDC}", headers={"Host": "other.test"})
    with run_token_issuer(issuer="self", issuers={"staff": {}}) as issuer:
        fetch(f"{issuer.url}{OIDC}")
        fetch(f"{issuer.url}/staff{OIDC}")

    messages = [message for message in caplog.messages if "discovery" in message]
    assert len(messages) == 2
    assert "https://issuer.local, so" in messages[0]
    assert "https://issuer.local/staff, so" in messages[1]
    for message in messages:
        assert "TOKEN_ISSUER_ISSUER=self and TOKEN_ISSUER_PUBLIC_URL=http://127.0.0.1:" in message
        assert "/staff (in pytest" not in message


@pytest.mark.token_issuer(issuer="self", issuers={"staff": {"subject": "bob"}})
def test_fixture_names_issuers(token_issuer: RunningIssuer) -> None:
    staff = token_issuer.issuers["staff"]

    assert read_claims(staff.mint())["sub"] == "bob"
    assert read_claims(staff.mint())["iss"] == f"{token_issuer.url}/staff"


def test_start_says_what_to_give_a_client(start_issuer: StartIssuer, tmp_path: Path) -> None:
    profiles = tmp_path / "profiles.toml"
    profiles.write_text('[issuers.staff]\nkids = "thumbprint"\n[issuers.b2b]\nissuer = "urn:b2b"\n')
    running = start_issuer(TOKEN_ISSUER_ISSUER="self", TOKEN_ISSUER_PROFILES=str(profiles))
    fetched = fetch(f"{running.url}/staff/health")
    running.process.terminate()
    assert running.process.stdout
    lines = running.process.stdout.read().splitlines()

    assert f"Give clients the issuer URL {running.url}" in lines
    assert f"staff: Give clients the issuer URL {running.url}/staff" in lines
    assert (
        f"staff: Signs with kid {fetched['kid']}; keeps keys in memory, new at each start" in lines
    )
    assert any(line.startswith("b2b: Give verifiers the issuer urn:b2b and its") for line in lines)


def test_commands_name_an_issuer(
    start_issuer: StartIssuer, run_command: RunCommand, tmp_path: Path
) -> None:
    keys_dir, profiles = tmp_path / "keys", tmp_path / "profiles.toml"
    profiles.write_text('[issuers.staff]\naudience = "staff-api"\nkids = "hex"\n')
    environ = {"PERSIST_KEYS_DIR": str(keys_dir), "TOKEN_ISSUER_PROFILES": str(profiles)}
    running = start_issuer(TOKEN_ISSUER_ISSUER="self", **environ)
    kid = fetch(f"{running.url}/staff/health")["kid"]
    staff = ("--issuer-name", "staff")

    by_directory = run_command("keys", "list", *staff, "--json", **environ)
    by_url = run_command("keys", "list", "--url", running.url, *staff, "--json")
    by_path = run_command("keys", "list", "--url", f"{running.url}/staff", "--json")
    for result in (by_directory, by_url, by_path):
        assert [key["kid"] for key in json.loads(result.stdout)["keys"]] == [kid], result.stderr
    rotated = run_command("keys", "rotate", "--url", running.url, *staff).stdout.split()[0]
    assert len(rotated) == 40
    offline = run_command("make-token", *staff, TOKEN_ISSUER_ISSUER="self", **environ).stdout
    remote = run_command("make-token", *staff, "--url", running.url).stdout
    assert read_claims(offline.strip())["iss"] == "http://127.0.0.1:8081/staff"
    assert read_claims(remote.strip())["iss"] == f"{running.url}/staff"
    for token in (offline, remote):
        assert read_claims(token.strip())["aud"] == "staff-api"
    assert (keys_dir / "staff" / "private.pem").exists()


@pytest.mark.parametrize("arguments", [("keys", "list"), ("make-token",)], ids=" ".join)
def test_command_for_an_unknown_issuer_says_how_to_declare_it(
    run_command: RunCommand, filled_dir: Path, arguments: tuple[str, ...]
) -> None:
    result = run_command(*arguments, "--issuer-name", "staf", PERSIST_KEYS_DIR=str(filled_dir))

    assert result.returncode == 2
    assert "--issuer-name: " in result.stderr
    assert "[issuers.staf]" in result.stderr


@pytest.mark.parametrize(
    ("issuer", "host"),
    [("http://ISSUER.test/", "issuer.test"), ("http://issuer.test/a%20b", "issuer.test")],
)
def test_discovery_under_the_url_of_the_issuer_is_not_hinted_at(
    caplog: pytest.LogCaptureFixture, issuer: str, host: str
) -> None:
    public_url = issuer.replace("ISSUER", "issuer")
    with run_token_issuer(issuer=issuer, public_url=public_url) as running:
        path = "/a%20b" if "%" in issuer else ""
        patient_http.get(f"{running.url}{path}{OIDC}", headers={"Host": host})

    assert "discovery" not in caplog.text


def test_long_host_is_neither_logged_nor_published(caplog: pytest.LogCaptureFixture) -> None:
    with run_token_issuer() as issuer:
        headers = {"Host": "a" * 256}
        assert patient_http.get(f"{issuer.url}{OIDC}", headers=headers).status_code == 400

    assert "aaaa" not in caplog.text


def test_path_of_the_public_url_is_not_logged() -> None:
    base = "http://gateway.test/realms/dev"
    with run_token_issuer(public_url=base, issuers={"staff": {}}) as issuer:
        for path in ("/realms/dev/certs", "/certs", "/realms/dev/staff/certs", "/staff/certs"):
            assert patient_http.get(f"{issuer.url}{path}").status_code == 200

        assert issuer.requests.counts == {"/certs": 2, "/staff/certs": 2}


def test_paths_of_one_issuer_do_not_displace_those_of_another(issuer: RunningIssuer) -> None:
    with patient_http.Client() as client:
        for number in range(205):
            client.get(f"{issuer.url}/nothing/{number}")
    patient_http.get(issuer.issuers["staff"].jwks_uri)

    assert issuer.requests.counts["/staff/.well-known/jwks.json"] == 1


@pytest.mark.parametrize(
    ("host", "issuer"),
    [
        ("0.0.0.0", "http://0.0.0.0:8081"),  # noqa: S104  # as the issuer prints it
        ("localhost", "http://127.0.0.1:8081"),
        ("::1", "http://[::1]:8081"),
    ],
)
def test_offline_token_has_the_url_that_the_issuer_prints(
    run_command: RunCommand, filled_dir: Path, host: str, issuer: str
) -> None:
    environ = {"PERSIST_KEYS_DIR": str(filled_dir), "TOKEN_ISSUER_ISSUER": "self"}
    token = run_command("make-token", TOKEN_ISSUER_HOST=host, **environ).stdout

    assert read_claims(token.strip())["iss"] == issuer


def test_offline_token_of_an_issuer_without_a_fixed_port_needs_its_url(
    run_command: RunCommand, filled_dir: Path
) -> None:
    environ = {
        "PERSIST_KEYS_DIR": str(filled_dir),
        "TOKEN_ISSUER_ISSUER": "self",
        "TOKEN_ISSUER_PORT": "0",
    }
    result = run_command("make-token", **environ)
    named = run_command("make-token", TOKEN_ISSUER_PUBLIC_URL="http://issuer:1", **environ)

    assert result.returncode == 2
    assert "set TOKEN_ISSUER_PORT or TOKEN_ISSUER_PUBLIC_URL" in result.stderr
    assert read_claims(named.stdout.strip())["iss"] == "http://issuer:1"
