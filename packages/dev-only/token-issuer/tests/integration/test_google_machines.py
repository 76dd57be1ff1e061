# DEV-ONLY: never ship to production.
"""Machines over HTTP: assertions, token exchange, IAM credentials, key files, the admin surface."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
import pytest
from jwt_core import Algorithm, decode_private_pem, sign
from tests import patient_http
from token_issuer import RunningIssuer, run_token_issuer
from token_issuer.config.profiles import GOOGLE_ISSUER
from token_issuer.errors import KeyDirectoryError, SettingsError
from token_issuer.google.key_files import encode_key_file
from token_issuer.paths import TOKEN_INFO_PATHS, TOKEN_PATHS
from token_issuer.web.google.endpoints import convert_name

pytestmark = pytest.mark.requirement("GO-5")

EMAIL: Final = "app@my-project.iam.gserviceaccount.com"
CLOUD: Final = "https://www.googleapis.com/auth/cloud-platform"
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
POOL: Final = (
    "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/dev"
)
STAFF: Final = f"{POOL}/providers/staff"
OTHER: Final = f"{POOL}/providers/other"
EXCHANGE: Final = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "audience": STAFF,
    "scope": CLOUD,
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
}


@pytest.fixture(scope="module")
def foreign() -> Iterator[RunningIssuer]:
    """Return an issuer in another process, as far as the tested one knows."""
    with run_token_issuer(issuer="self", audience="sts") as issuer:
        yield issuer


@pytest.fixture(scope="module")
def shared(foreign: RunningIssuer) -> Iterator[RunningIssuer]:
    tables = {
        STAFF: {"issuer": "staff", "audiences": ["sts"]},
        OTHER: {"issuer": foreign.issuer, "jwks_url": foreign.jwks_uri, "audiences": ["sts"]},
    }
    with run_token_issuer(issuers={"staff": {}}, workload_identity=tables) as issuer:
        yield issuer


@pytest.fixture
def issuer(shared: RunningIssuer) -> RunningIssuer:
    shared.reset()
    return shared


@pytest.fixture
def http(issuer: RunningIssuer) -> Iterator[httpx.Client]:
    with patient_http.Client(base_url=issuer.url) as client:
        yield client


@pytest.fixture
def key_file(issuer: RunningIssuer) -> dict[str, Any]:
    return issuer.service_accounts.add(EMAIL)


def build_assertion(key_file: dict[str, Any], **changes: Any) -> str:
    key = decode_private_pem(
        key_file["private_key"].encode(),
        kid=key_file["private_key_id"],
        algorithm=Algorithm.RS256,
    )
    now = int(time.time())
    claims = {
        "iss": key_file["client_email"], "aud": key_file["token_uri"], "scope": CLOUD,
        "iat": now, "exp": now + 3600, **changes,
    }  # fmt: skip
    return sign({name: value for name, value in claims.items() if value is not None}, key)


def send(http: httpx.Client, url: str, assertion: str, **more: str) -> httpx.Response:
    return http.post(url, data={"grant_type": JWT_BEARER, "assertion": assertion, **more})


def get_token(http: httpx.Client, key_file: dict[str, Any]) -> str:
    response = send(http, key_file["token_uri"], build_assertion(key_file))
    assert response.status_code == 200, response.text
    return str(response.json()["access_token"])


def call_iam(
    http: httpx.Client, token: str, method: str, body: Any, email: str = EMAIL
) -> httpx.Response:
    path = f"/v1/projects/-/serviceAccounts/{email}:{method}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return http.post(path, json=body, headers=headers)


@pytest.mark.parametrize("path", TOKEN_PATHS)
def test_assertion_gives_an_access_token_at_each_path(
    http: httpx.Client, key_file: dict[str, Any], path: str
) -> None:
    response = send(http, path, build_assertion(key_file))

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-dev-only"] == "token-issuer"
    answer = response.json()
    assert answer.keys() == {"access_token", "expires_in", "token_type"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)


@pytest.mark.parametrize("path", TOKEN_INFO_PATHS)
def test_token_info_describes_the_account(
    http: httpx.Client, key_file: dict[str, Any], path: str
) -> None:
    params = {"access_token": get_token(http, key_file)}

    described = http.get(path, params=params).json()

    is_old = "v1" in path
    assert described["email"] == EMAIL
    assert described["verified_email" if is_old else "email_verified"] in {True, "true"}
    assert described["audience" if is_old else "aud"] == key_file["client_id"]
    assert described["scope"] == CLOUD
    assert 0 < int(described["expires_in"]) <= 3600


@pytest.mark.parametrize("path", TOKEN_INFO_PATHS)
def test_token_info_reads_a_token_that_is_not_in_the_url(
    http: httpx.Client, key_file: dict[str, Any], path: str
) -> None:
    token = get_token(http, key_file)
    expected = http.get(path, params={"access_token": token}).json()

    answers = [
        http.post(path, headers={"Authorization": f"Bearer {token}"}),
        http.post(path, data={"access_token": token}),
        http.post(path, params={"access_token": token}),
    ]

    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json().keys() == expected.keys()
    twice = http.post(path, headers={"Authorization": f"Bearer {token}"}, data={"id_token": "x"})
    assert twice.status_code == http.post(path).status_code == 400
    assert http.post(path, json={"access_token": token}).status_code == 415


def test_token_info_rejects_unknown_and_removed(
    http: httpx.Client, issuer: RunningIssuer, key_file: dict[str, Any]
) -> None:
    token = get_token(http, key_file)
    issuer.service_accounts.remove(EMAIL)

    for text in (token, "ya29.dev-only.unknown"):
        response = http.get("/tokeninfo", params={"access_token": text})
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_token"
        assert text not in response.text


def test_id_token_is_verified_by_the_keys_of_the_issuer(
    http: httpx.Client, key_file: dict[str, Any]
) -> None:
    assertion = build_assertion(key_file, scope=None, target_audience="https://api.test")

    token = send(http, "/token", assertion).json()["id_token"]

    keys = jwt.PyJWKSet.from_dict(http.get("/oauth2/v3/certs").json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["RS256"], audience="https://api.test")
    assert (claims["email"], claims["sub"]) == (EMAIL, key_file["client_id"])
    assert http.get("/tokeninfo", params={"id_token": token}).json()["email"] == EMAIL


def test_rotation_is_followed(
    http: httpx.Client, issuer: RunningIssuer, key_file: dict[str, Any]
) -> None:
    kid = issuer.rotate()

    assertion = build_assertion(key_file, scope=None, target_audience="x")
    token = send(http, "/token", assertion).json()["id_token"]

    assert jwt.get_unverified_header(token)["kid"] == kid


def test_rejection_names_the_reason_and_no_token(
    http: httpx.Client, key_file: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assertion = build_assertion(key_file, aud="https://elsewhere.test")

    response = send(http, "/token", assertion)

    assert response.status_code == 400
    error = response.json()
    assert error.keys() == {"error", "error_description"}
    assert error["error"] == "invalid_grant"
    assert error["error_description"].startswith("Invalid JWT: Failed audience check.")
    assert assertion not in response.text + caplog.text


def test_replayed_jti_is_rejected(http: httpx.Client, key_file: dict[str, Any]) -> None:
    assertion = build_assertion(key_file, jti="one")

    answers = [send(http, path, assertion).status_code for path in TOKEN_PATHS]

    assert answers == [200, 400, 400]


def test_clock_of_the_issuer_judges(
    http: httpx.Client, issuer: RunningIssuer, key_file: dict[str, Any]
) -> None:
    assertion = build_assertion(key_file)
    token = get_token(http, key_file)
    issuer.clock.turn(offset="2h")

    assert "short-lived token" in send(http, "/token", assertion).json()["error_description"]
    assert http.get("/tokeninfo", params={"access_token": token}).status_code == 400


def test_fields_of_other_requests_change_nothing(
    http: httpx.Client, key_file: dict[str, Any]
) -> None:
    response = send(
        http, "/token", build_assertion(key_file), defect="alg-none", client_id="x", exp="-5m"
    )

    assert response.json()["expires_in"] == 3600


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", json.dumps({"grant_type": JWT_BEARER}), 415, "invalid_request"),
        ("application/x-www-form-urlencoded", f"grant_type={JWT_BEARER}", 400, "invalid_request"),
        (
            "application/x-www-form-urlencoded",
            f"grant_type={JWT_BEARER}&assertion={'x' * 70_000}",
            413,
            "invalid_request",
        ),
        (
            "application/x-www-form-urlencoded",
            f"grant_type={JWT_BEARER}&assertion=a&assertion=b",
            400,
            "invalid_request",
        ),
        (
            "application/x-www-form-urlencoded",
            f"grant_type={JWT_BEARER}&assertion=a.b.c",
            400,
            "invalid_grant",
        ),
    ],
)
def test_request_is_rejected(
    http: httpx.Client, content_type: str, body: str, status: int, code: str
) -> None:
    headers = {"Content-Type": content_type}
    response = http.post("/token", content=body, headers=headers)

    assert (response.status_code, response.json()["error"]) == (status, code)


def test_faults_reach_the_endpoints_of_machines(
    http: httpx.Client, issuer: RunningIssuer, key_file: dict[str, Any]
) -> None:
    paths = [*TOKEN_PATHS, "/v1/token"]
    issuer.faults.set({"kind": "oauth-error", "error": "invalid_grant", "paths": paths})

    for path in paths:
        response = send(http, path, build_assertion(key_file))
        assert response.json()["error"] == "invalid_grant"
        assert "fault" in response.json()["error_description"]


@pytest.mark.parametrize("spelling", ["form", "snake_case", "camelCase"])
def test_token_of_an_issuer_of_the_process_is_exchanged(
    http: httpx.Client, issuer: RunningIssuer, spelling: str
) -> None:
    subject_token = issuer.issuers["staff"].mint(aud="sts", sub="job")
    parameters = {**EXCHANGE, "subject_token": subject_token}
    named: dict[str, str | None] = {"options": None}  # null is the same as absent
    named |= {convert_name_back(name): value for name, value in parameters.items()}
    response = {
        "form": lambda: http.post("/v1/token", data=parameters),
        "snake_case": lambda: http.post("/v1/token", json=parameters),
        "camelCase": lambda: http.post("/v1/token", json=named),
    }[spelling]()

    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert answer["access_token"].startswith("ya29.dev-only.")


def convert_name_back(name: str) -> str:
    first, *others = name.split("_")
    camel = first + "".join(map(str.title, others))
    assert convert_name(camel) == name
    return camel


def test_token_of_another_issuer_is_verified_over_http(
    http: httpx.Client, foreign: RunningIssuer, key_file: dict[str, Any]
) -> None:
    def exchange(token: str) -> httpx.Response:
        data = {**EXCHANGE, "audience": OTHER, "subject_token": token}
        return http.post("/v1/token", data=data)

    good = exchange(foreign.mint(sub="job"))
    assert good.status_code == 200, good.text
    token = good.json()["access_token"]
    assert call_iam(http, token, "generateAccessToken", {"scope": [CLOUD]}).status_code == 200
    foreign.rotate("emergency")  # the keys are read for each exchange
    assert exchange(foreign.mint(sub="job")).status_code == 200
    for bad in ({"aud": "x"}, {"exp": "-1s"}, {"iss": "https://x.test"}, {"defect": "alg-none"}):
        response = exchange(foreign.mint(**bad))
        assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


def test_token_of_another_issuer_is_verified_over_https(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    with run_token_issuer(tls=True, tls_ca=ca_file, issuer="self", audience="sts") as foreign:
        table = {"issuer": foreign.issuer, "jwks_url": foreign.jwks_uri, "audiences": ["sts"]}
        data = {**EXCHANGE, "audience": OTHER, "subject_token": foreign.mint(sub="job")}

        def exchange(tls_ca: Path) -> httpx.Response:
            with run_token_issuer(workload_identity={OTHER: table}, tls_ca=tls_ca) as issuer:
                return patient_http.post(f"{issuer.url}/v1/token", data=data)

        assert exchange(ca_file).status_code == 200
        untrusted = exchange(tmp_path / "absent.pem")
    assert untrusted.status_code == 400
    assert "set TOKEN_ISSUER_TLS_CA" in untrusted.json()["error_description"]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status"},
        {"kind": "redirect"},
        {"kind": "malformed"},
        {"kind": "empty"},
        {"kind": "huge"},
        {"kind": "reset"},
        {"kind": "truncated"},
        {"kind": "private-members"},
    ],
)
def test_unusable_keys_of_another_issuer_are_an_error(
    http: httpx.Client, foreign: RunningIssuer, fault: dict[str, Any]
) -> None:
    foreign.faults.set(fault)
    try:
        data = {**EXCHANGE, "audience": OTHER, "subject_token": foreign.mint(sub="job")}
        response = http.post("/v1/token", data=data)
    finally:
        foreign.faults.reset()

    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("body", "status"), [({"grantType": 5}, 400), ({"scope": ["a"]}, 400), ([], 400), ("x", 400)]
)
def test_malformed_json_is_rejected(http: httpx.Client, body: Any, status: int) -> None:
    response = http.post("/v1/token", json=body)

    assert (response.status_code, response.json()["error"]) == (status, "invalid_request")


def test_iam_credentials_serve_each_method(http: httpx.Client, key_file: dict[str, Any]) -> None:
    token = get_token(http, key_file)
    bodies: dict[str, Any] = {
        "generateAccessToken": {"scope": [CLOUD]},
        "generateIdToken": {"audience": "x", "includeEmail": True},
        "signBlob": {"payload": "aGk="},
        "signJwt": {"payload": '{"sub":"x"}'},
    }

    answers = {
        method: call_iam(http, token, method, body).json() for method, body in bodies.items()
    }

    assert {method: set(answer) for method, answer in answers.items()} == {
        "generateAccessToken": {"accessToken", "expireTime"},
        "generateIdToken": {"token"},
        "signBlob": {"keyId", "signedBlob"},
        "signJwt": {"keyId", "signedJwt"},
    }
    assert answers["signJwt"]["keyId"] == key_file["private_key_id"]


@pytest.mark.parametrize(
    ("send_request", "code", "status"),
    [
        pytest.param(send, code, status, id=name)
        for name, (send, code, status) in {
            "no token": (lambda h, _: call_iam(h, "", "signBlob", {}), 401, "UNAUTHENTICATED"),
            "bad token": (lambda h, _: call_iam(h, "x", "signBlob", {}), 401, "UNAUTHENTICATED"),
            "bad body": (lambda h, t: call_iam(h, t, "signBlob", {}), 400, "INVALID_ARGUMENT"),
            "method": (lambda h, t: call_iam(h, t, "sign", {}), 404, "NOT_FOUND"),
            "account": (lambda h, t: call_iam(h, t, "signBlob", {}, "x@y.z"), 404, "NOT_FOUND"),
            "GET": (lambda h, _: h.get("/v1/projects/-/serviceAccounts/x:signBlob"), 405, None),
            "no account": (lambda h, _: h.post("/v1/projects/-/serviceAccounts"), 404, "NOT_FOUND"),
            "other path": (lambda h, _: h.post("/v1/projects/-/x/y:signBlob"), 404, "NOT_FOUND"),
            "large": (
                lambda h, t: call_iam(h, t, "signBlob", {"payload": "x" * 70_000}),
                413,
                None,
            ),
        }.items()
    ],
)
def test_iam_credentials_have_the_errors_of_google(
    http: httpx.Client,
    key_file: dict[str, Any],
    send_request: Callable[[httpx.Client, str], httpx.Response],
    code: int,
    status: str | None,
) -> None:
    response = send_request(http, get_token(http, key_file))

    assert response.status_code == code
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert error.keys() == {"code", "message", "status"}
    assert error["code"] == code
    assert status in {None, error["status"]}
    assert ("www-authenticate" in response.headers) == (code == 401)


def test_admin_adds_lists_and_removes_accounts(http: httpx.Client, issuer: RunningIssuer) -> None:
    path = f"/admin/service-accounts/{EMAIL}"
    added = http.put(path)
    assert added.status_code == 200
    assert added.headers["cache-control"] == "no-store"
    key_file = added.json()
    assert key_file["token_uri"] == f"{issuer.url}/token"
    assert get_token(http, key_file)

    listed = http.get("/admin/service-accounts").json()["service_accounts"]
    default = issuer.service_accounts.default.email
    assert [account["email"] for account in listed] == [default, EMAIL]
    assert listed[1] == {
        "email": EMAIL,
        "client_id": key_file["client_id"],
        "kids": [key_file["private_key_id"]],
    }
    left = http.delete(path).json()["service_accounts"]
    assert [account["email"] for account in left] == [default]
    assert http.delete(path).status_code == 404
    assert http.put("/admin/service-accounts/NOBODY").status_code == 400
    assert "account not found" in send(http, "/token", build_assertion(key_file)).text


def test_other_issuers_have_accounts_of_their_own(
    issuer: RunningIssuer, http: httpx.Client
) -> None:
    staff = issuer.issuers["staff"]
    key_file = staff.service_accounts.add(EMAIL)

    assert key_file["token_uri"] == f"{issuer.url}/staff/token"
    assert get_token(http, key_file)
    response = send(http, "/token", build_assertion(key_file))
    assert response.json()["error"] == "invalid_grant"


@pytest.mark.token_issuer(profile="google")
def test_id_token_of_the_profile_google(token_issuer: RunningIssuer) -> None:
    key_file = token_issuer.service_accounts.add(EMAIL)
    assertion = build_assertion(key_file, scope=None, target_audience="x")
    with patient_http.Client(base_url=token_issuer.url) as http:
        token = send(http, "/token", assertion).json()["id_token"]

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["iss"] == GOOGLE_ISSUER


def test_request_log_and_output_contain_no_token(
    start_issuer: Any, tmp_path: Path, run_command: Any
) -> None:
    accounts = tmp_path / "accounts"
    accounts.mkdir()
    running = start_issuer(
        TOKEN_ISSUER_SERVICE_ACCOUNTS=str(accounts), TOKEN_ISSUER_ACCESS_LOG="true"
    )
    made = run_command("make-service-account", str(accounts / "a.json"), "--url", running.url)
    assert made.returncode == 0, made.stderr
    key_file = json.loads((accounts / "a.json").read_text())

    with patient_http.Client(base_url=running.url) as http:  # the issuer was not restarted
        assertion = build_assertion(key_file)
        token = send(http, "/token", assertion).json()["access_token"]
        assert http.get("/tokeninfo", params={"access_token": token}).status_code == 200
        assert call_iam(http, token, "signBlob", {}, key_file["client_email"]).status_code == 400
        log = http.get("/admin/requests").text
    running.process.terminate()
    output, errors = running.process.communicate(timeout=60)
    for text in (log, output, errors):
        assert token not in text
        assert assertion not in text
    assert "/token" in log


def test_command_writes_a_key_file_once(run_command: Any, tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    email = "worker@team.iam.gserviceaccount.com"

    made = run_command(
        "make-service-account", str(path), "--email", email, TOKEN_ISSUER_PUBLIC_URL="http://ti/x"
    )
    again = run_command("make-service-account", str(path))

    assert made.returncode == 0, made.stderr
    assert email in made.stdout
    assert "DEV ONLY" in made.stdout
    assert path.stat().st_mode & 0o777 == 0o600
    key_file = json.loads(path.read_text())
    assert (key_file["client_email"], key_file["project_id"]) == (email, "team")
    assert key_file["token_uri"] == "http://ti/x/token"
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert json.loads(path.read_text()) == key_file
    assert [entry.name for entry in tmp_path.iterdir()] == ["key.json"]


@pytest.mark.parametrize(
    ("arguments", "environ", "exit_code", "message"),
    [
        ([], {}, 2, "FILE"),
        (["absent/key.json"], {}, 2, "does not exist; create it first"),
        (["."], {}, 2, "exists already"),
        (["key.json", "--email", "App"], {}, 2, "email: expected"),
        (["key.json", "--project", "My Project"], {}, 2, "argument --project: expected"),
        (["key.json", "--url", "ftp://x"], {}, 2, "--url"),
        (["key.json", "--issuer-name", "x"], {}, 2, "--issuer-name"),
        (["key.json"], {"NODE_ENV": "production"}, 1, "refusing to run in production"),
    ],
)
def test_command_says_what_is_wrong(
    call_command: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environ: dict[str, str],
    exit_code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    result = call_command("make-service-account", *arguments, **environ)

    assert (result.returncode, result.stdout) == (exit_code, "")
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_options_choose_the_issuer_and_the_project(call_command: Any, tmp_path: Path) -> None:
    profiles = tmp_path / "profiles.toml"
    profiles.write_text("[issuers.staff]\n")

    result = call_command(
        "make-service-account",
        str(tmp_path / "key.json"),
        "--project",
        "team",
        "--issuer-name",
        "staff",
        TOKEN_ISSUER_PROFILES=str(profiles),
        TOKEN_ISSUER_PORT="9000",
    )

    assert result.returncode == 0, result.stderr
    key_file = json.loads((tmp_path / "key.json").read_text())
    assert key_file["client_email"] == "app@team.iam.gserviceaccount.com"
    assert key_file["token_uri"] == "http://127.0.0.1:9000/staff/token"


def test_unusable_key_file_ends_the_start(run_command: Any, tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text('{"type":"authorized_user"}')

    result = run_command("serve", "--port", "0", TOKEN_ISSUER_SERVICE_ACCOUNTS=str(path))

    assert result.returncode == 1
    assert "key.json: is not a key file of a service account" in result.stderr
    assert "Traceback" not in result.stderr


def test_mistakes_of_settings_are_found_at_the_start(tmp_path: Path) -> None:
    with (
        pytest.raises(KeyDirectoryError, match="TOKEN_ISSUER_SERVICE_ACCOUNTS"),
        run_token_issuer(service_accounts=[tmp_path / "absent"]),
    ):
        pass
    with pytest.raises(SettingsError), run_token_issuer(workload_identity={"x": {}}):
        pass


def test_keys_of_files_are_known(tmp_path: Path, key_file: dict[str, Any]) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(encode_key_file(key_file))

    with (
        run_token_issuer(service_accounts=[path]) as issuer,
        patient_http.Client(base_url=issuer.url) as http,
    ):
        issuer.reset()
        assertion = build_assertion(key_file, aud="https://oauth2.googleapis.com/token")
        assert send(http, "/token", assertion).status_code == 200


def test_several_workers_refuse_machines(start_issuer: Any) -> None:
    running = start_issuer("--workers", "2")
    with patient_http.Client(base_url=running.url) as http:
        token = http.post("/token", data={"grant_type": JWT_BEARER, "assertion": "x"})
        exchanged = http.post("/v1/token", data=EXCHANGE)
        iam = call_iam(http, "x", "signBlob", {})
        document = http.get("/.well-known/openid-configuration").json()

    assert (token.status_code, token.json()["error"]) == (400, "unsupported_grant_type")
    assert exchanged.status_code == iam.status_code == 404
    assert "several processes" in exchanged.json()["error_description"]
    assert iam.json()["error"]["status"] == "NOT_FOUND"
    assert document["grant_types_supported"] == ["client_credentials"]
