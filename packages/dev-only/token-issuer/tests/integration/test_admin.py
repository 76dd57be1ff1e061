# DEV-ONLY: never ship to production.
"""The admin surface: who gets in, and what it does to what clients see."""

import gzip
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
import jwt
import pytest
from tests import patient_http
from token_issuer.testing import RunningIssuer, run_token_issuer

ADMIN: Final = ["/admin/keys", "/admin/clock", "/admin/faults", "/admin/requests"]
SECRET: Final = "correct-horse"


@pytest.fixture
def http(token_issuer: RunningIssuer) -> Iterator[httpx.Client]:
    with patient_http.Client(base_url=token_issuer.url) as client:
        yield client


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize("path", ADMIN)
def test_admin_is_open_on_loopback_and_closed_with_a_secret(path: str) -> None:
    with run_token_issuer(admin_token=SECRET) as issuer:
        statuses = [
            patient_http.get(issuer.url + path, headers={"Authorization": value}).status_code
            for value in ("", f"Bearer {SECRET}x", f"Basic {SECRET}", SECRET, "Bearer", "bearer")
        ]
        good = patient_http.get(issuer.url + path, headers={"Authorization": f"bearer  {SECRET}"})
        refused = patient_http.get(issuer.url + path)
    with run_token_issuer() as issuer:
        from_elsewhere = patient_http.get(
            issuer.url + path, headers={"Sec-Fetch-Site": "cross-site"}
        )
        open_status = patient_http.get(issuer.url + path).status_code

    assert statuses == [401] * 6
    assert (good.status_code, open_status) == (200, 200)
    assert refused.headers["www-authenticate"] == 'Bearer realm="token-issuer"'
    assert refused.headers["content-type"] == "application/problem+json"
    assert "TOKEN_ISSUER_ADMIN_TOKEN" in refused.json()["detail"]
    assert from_elsewhere.status_code == 403


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"host": "0.0.0.0"}, 404),  # noqa: S104  # as in a container
        ({"host": "0.0.0.0", "admin_token": SECRET}, 401),  # noqa: S104
        ({"admin": False}, 404),
        ({"admin": False, "admin_token": SECRET}, 404),
    ],
)
def test_admin_is_off_where_it_would_be_open_to_the_network(
    settings: dict[str, Any], status: int
) -> None:
    with run_token_issuer(**settings) as issuer:
        port = issuer.url.rpartition(":")[2]
        response = patient_http.post(f"http://127.0.0.1:{port}/admin/keys/rotate")

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.requirement("TI-9")
def test_command_refuses_an_admin_surface_that_is_open_to_the_network(
    call_command: Callable[..., Any],
) -> None:
    refused = call_command("--host", "0.0.0.0", TOKEN_ISSUER_ADMIN="true")  # noqa: S104
    short = call_command(TOKEN_ISSUER_ADMIN_TOKEN="hunter2")

    assert (refused.returncode, short.returncode) == (2, 2)
    assert "TOKEN_ISSUER_ADMIN: /admin would be open to the network" in refused.stderr
    assert "TOKEN_ISSUER_ADMIN_TOKEN: the value is wrong" in short.stderr
    assert "hunter2" not in short.stderr


@pytest.mark.requirement("GO-4")
def test_graceful_rotation_over_http(http: httpx.Client) -> None:
    token = http.post("/token").json()["access_token"]
    before = http.get("/certs")
    described = http.post("/admin/keys/rotate", json={"lead": "1s", "retention": "2s"}).json()
    during = http.get("/certs")
    while http.get("/health").json()["kid"] == "dev-key":
        time.sleep(0.02)
    after_switch = [key["state"] for key in http.get("/admin/keys").json()["keys"]]
    while len((finally_ := http.get("/certs")).json()["keys"]) > 1:
        time.sleep(0.02)

    assert (described["kid"], described["state"]) == ("dev-key-2", "published")
    assert [k["kid"] for k in during.json()["keys"]] == ["dev-key", "dev-key-2"]
    assert before.headers["etag"] != during.headers["etag"] != finally_.headers["etag"]
    assert after_switch == ["retired", "active"]
    assert [k["kid"] for k in finally_.json()["keys"]] == ["dev-key-2"]
    assert jwt.get_unverified_header(token)["kid"] == "dev-key"
    assert [key["state"] for key in http.get("/admin/keys").json()["keys"]] == ["removed", "active"]


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/admin/keys/rotate"), ("PUT", "/admin/clock"), ("PUT", "/admin/faults")],
)
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"lead=5s"),
        ("Application/X-WWW-Form-Urlencoded; charset=utf-8", b"offset=1h&frozen=true"),
        ("application/x-www-form-urlencoded", b"\xff"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n5s\r\n--x--\r\n"),
    ],
)
def test_form_is_refused_with_the_advice_to_send_json(
    http: httpx.Client, method: str, path: str, content_type: str, body: bytes
) -> None:
    headers = {"Content-Type": content_type}
    response = http.request(method, path, content=body, headers=headers)

    assert response.status_code == 415
    assert "the body is a form; send JSON with some of: " in response.json()["detail"]
    assert "Content-Type: application/json" in response.json()["detail"]


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip"])
def test_compressed_body_is_refused_by_the_field(http: httpx.Client, encoding: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    response = http.post("/admin/keys/rotate", content=gzip.compress(b"{}"), headers=headers)

    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "identity"
    assert response.json()["detail"].startswith(f"Content-Encoding: '{encoding}' is not supported")


@pytest.mark.requirement("GO-4")
def test_json_is_read_with_any_media_type(http: httpx.Client) -> None:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",  # the default of curl -d
        "Content-Encoding": "identity",
    }
    response = http.post("/admin/keys/rotate", content=b'{"lead":"0s"}', headers=headers)

    assert response.status_code == 200


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b'{"mode":"slow"}', "mode"),
        (b'{"alg":"HS256"}', "alg"),
        (b'{"lead":"soon"}', "lead: 'soon' is not a duration"),
        (b'{"retention":"-5m"}', "retention: '-5m' is out of range"),
        (b'{"lead":5}', "lead"),
        (b'{"led":"5s"}', "led"),
        (b"[]", "object"),
        (b"{", "body: "),
        (b"\xff", "body: "),
    ],
)
def test_bad_rotation_is_refused_by_name(http: httpx.Client, body: bytes, word: str) -> None:
    response = http.post("/admin/keys/rotate", content=body)

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert word in response.json()["detail"]
    assert http.get("/health").json()["kid"] == "dev-key"


@pytest.mark.requirement("GO-4")
def test_documents_are_empty_while_the_only_key_is_kept_back(http: httpx.Client) -> None:
    body = {"mode": "sign-before-publish", "lead": "1h", "retention": "0s"}
    assert http.post("/admin/keys/rotate", json=body).status_code == 200
    token = http.post("/token").json()["access_token"]

    assert http.get("/certs").json() == {"keys": [], "dev_only": True}
    assert http.get("/oauth2/v1/certs").json() == {}
    assert http.get("/tokeninfo", params={"id_token": token}).status_code == 400


@pytest.mark.requirement("TI-13")
def test_ring_lists_when_keys_are_published_by_the_system_clock(http: httpx.Client) -> None:
    http.put("/admin/clock", json={"offset": "8d"})
    body = {"mode": "sign-before-publish", "lead": "1h", "retention": "2h"}
    http.post("/admin/keys/rotate", json=body)
    ring = http.get("/admin/keys").json()
    first, second = ring["keys"]

    assert first["published_at"] == first["created_at"]
    assert second["published_at"] == ring["next_change"] > second["active_at"]
    assert second["active_at"] <= ring["now"] < second["published_at"]


@pytest.mark.requirement("GO-4")
def test_algorithms_have_keys_from_the_start() -> None:
    with run_token_issuer(algorithms=("ES256", "EdDSA"), rotation="google") as issuer:
        keys = patient_http.get(issuer.jwks_uri).json()["keys"]

    assert [key["alg"] for key in keys] == ["RS256", "RS256", "ES256", "EdDSA"]
    assert issuer.kid == "dev-key"


@pytest.mark.requirement("GO-4")
def test_keys_are_removed_by_name(http: httpx.Client) -> None:
    http.post("/admin/keys/rotate", json={"lead": "0s"})

    statuses = [http.delete(f"/admin/keys/{k}").status_code for k in ("dev-key-2", "dev-key", "x")]

    assert statuses == [409, 200, 404]
    assert [key["kid"] for key in http.get("/certs").json()["keys"]] == ["dev-key-2"]


@pytest.mark.requirement("GO-3")
def test_max_age_counts_down_to_the_next_change() -> None:
    with run_token_issuer(rotation="google", rotation_factor=86400.0) as issuer:
        ages: list[int] = []
        while len(ages) < 10 or max(ages) == min(ages):
            asked = datetime.now(UTC)
            response = patient_http.get(issuer.jwks_uri)
            change = patient_http.get(f"{issuer.url}/admin/keys").json()["next_change"]
            left = datetime.fromisoformat(change) - asked
            max_age = int(response.headers["cache-control"].split("=")[1].split(",")[0])
            assert max_age <= left.total_seconds() + 0.5
            ages.append(max_age)
            time.sleep(0.1)


@pytest.mark.requirement("GO-3")
def test_clock_turns_claims_cache_headers_and_date_alike(http: httpx.Client) -> None:
    turning = http.put("/admin/clock", json={"now": "2031-05-06T07:08:09Z", "frozen": True})
    turned = turning.json()
    response = http.get("/oauth2/v3/certs")
    claims = jwt.decode(
        http.post("/token").json()["access_token"], options={"verify_signature": False}
    )
    at = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)

    assert turned["frozen"] is True
    assert turning.headers["date"] == "Tue, 06 May 2031 07:08:09 GMT"
    assert http.get("/admin/clock").json()["now"] == turned["now"]
    assert datetime.fromisoformat(turned["now"]) == at
    assert parsedate_to_datetime(response.headers["date"]) == at
    assert parsedate_to_datetime(response.headers["expires"]) == at + timedelta(minutes=5)
    assert claims["iat"] == at.timestamp()

    reset = http.delete("/admin/clock").json()
    assert (reset["frozen"], reset["offset_s"]) == (False, 0)
    date = parsedate_to_datetime(http.get("/health").headers["date"])
    assert abs(date - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.requirement("GO-3")
def test_clock_goes_on_from_where_it_is_turned_to(http: httpx.Client) -> None:
    http.put("/admin/clock", json={"offset": "-8d"})
    first = datetime.fromisoformat(http.get("/admin/clock").json()["now"])
    time.sleep(0.05)
    second = datetime.fromisoformat(http.get("/admin/clock").json()["now"])
    frozen = http.put("/admin/clock", json={"frozen": True}).json()

    assert first < second < datetime.now(UTC) - timedelta(days=7.9)
    assert http.get("/admin/clock").json()["now"] == frozen["now"]


@pytest.mark.requirement("GO-3")
@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"now": 5, "offset": "5m"}, "contradict"),
        ({"now": "noon"}, "now: not a time"),
        ({"offset": "soon"}, "offset: not a duration"),
        ({"offset": "99999999h"}, "offset: expected a time in the years"),
        ({"offset": "-999999d"}, "offset: expected a time in the years"),
        ({"frozen": "yes"}, "frozen"),
        ({"freeze": True}, "freeze"),
    ],
)
def test_bad_clock_is_refused_and_changes_nothing(
    http: httpx.Client, body: dict[str, object], word: str
) -> None:
    response = http.put("/admin/clock", json=body)

    assert response.status_code == 400
    assert word in response.json()["detail"]
    assert http.get("/admin/clock").json()["offset_s"] == 0


@pytest.mark.requirement("GO-3")
@pytest.mark.parametrize("now", ["9998-12-31T23:59:59Z", 0])
def test_clock_at_the_end_of_dates_serves(http: httpx.Client, now: object) -> None:
    assert http.put("/admin/clock", json={"now": now}).status_code == 200

    for path in ("/certs", "/health", "/admin/clock"):
        assert http.get(path).status_code == 200
    assert http.post("/token").status_code == 200


@pytest.mark.requirement("GO-4")
def test_turned_clock_leaves_the_ring_alone(http: httpx.Client) -> None:
    before = http.get("/certs").content
    http.put("/admin/clock", json={"offset": "400d"})

    assert http.get("/certs").content == before
    assert http.get("/health").json()["kid"] == "dev-key"


@pytest.mark.requirement("TI-4")
def test_each_way_to_ask_for_the_methods_names_all_of_them(http: httpx.Client) -> None:
    answers = [http.post("/admin/clock"), http.options("/admin/clock")]

    assert [answer.status_code for answer in answers] == [405, 204]
    assert {answer.headers["allow"] for answer in answers} == {"DELETE, GET, HEAD, OPTIONS, PUT"}


@pytest.mark.requirement("TI-4")
def test_body_that_is_too_large_is_refused_with_the_limit_of_its_path(http: httpx.Client) -> None:
    body = b'{"now": "' + b"0" * 16 * 1024 + b'"}'
    response = http.put("/admin/clock", content=body)

    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == "body: larger than 16 KiB"


@pytest.mark.requirement("GO-3")
@pytest.mark.parametrize("body", [b"", b"{}"])
def test_empty_body_stands_for_all_defaults(http: httpx.Client, body: bytes) -> None:
    assert http.put("/admin/clock", content=body).json()["frozen"] is False
    assert http.post("/admin/keys/rotate", content=body).json()["alg"] == "RS256"
    missing = http.put("/admin/faults", content=body)
    assert missing.status_code == 400
    assert missing.json()["detail"].endswith("field `faults`; expected JSON with some of: faults")


@pytest.mark.requirement("GO-3")
def test_types_are_not_converted(http: httpx.Client) -> None:
    assert http.put("/admin/clock", json={"frozen": "true"}).status_code == 400


@pytest.mark.requirement("GO-4")
def test_requests_are_logged_counted_filtered_and_forgotten(http: httpx.Client) -> None:
    for _ in range(3):
        http.get("/certs", headers={"User-Agent": "proxy/1"})
    http.get("/tokeninfo?id_token=eyJhbGciOi.secret.token")
    http.get("/nope")
    log = http.get("/admin/requests").json()
    certs = http.get("/admin/requests", params={"path": "/certs", "limit": 2}).json()

    assert (log["count"], certs["count"]) == (5, 3)
    assert log["counts"] == {"/certs": 3, "/tokeninfo": 1, "/nope": 1}
    assert [(r["method"], r["path"], r["status"]) for r in log["requests"][2:]] == [
        ("GET", "/certs", 200),
        ("GET", "/tokeninfo", 400),
        ("GET", "/nope", 404),
    ]
    assert [request["number"] for request in certs["requests"]] == [2, 3]
    assert certs["requests"][0]["user_agent"] == "proxy/1"
    assert "secret" not in str(log)
    assert http.delete("/admin/requests").json()["count"] == 0
    http.get("/certs")
    again = http.get("/admin/requests").json()
    assert (again["count"], again["requests"][0]["number"]) == (1, 6)


@pytest.mark.requirement("GO-4")
def test_paths_are_logged_as_they_are_routed_and_without_admin(token_issuer: RunningIssuer) -> None:
    for path in ("/admin", "/admin/", "//admin", "/admin/nope", "//admin//keys/"):
        patient_http.get(token_issuer.url + path)
    for path in ("/administration", "/certs/", "//certs"):
        patient_http.get(token_issuer.url + path)

    assert token_issuer.requests.counts == {"/administration": 1, "/certs": 2}


@pytest.mark.requirement("GO-4")
def test_log_in_this_process_has_plain_statuses(
    http: httpx.Client, token_issuer: RunningIssuer
) -> None:
    http.get("/nope")
    http.post("/token", data={"alg": "none"})

    assert [type(request.status) for request in token_issuer.requests.list()] == [int, int]


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize("query", ["limit=x", "limit=-1", "limit=9999999999", "pth=/certs"])
def test_bad_filter_is_refused_by_name(http: httpx.Client, query: str) -> None:
    response = http.get(f"/admin/requests?{query}")

    assert response.status_code == 400
    assert query.partition("=")[0] in response.json()["detail"]


@pytest.mark.requirement("GO-4")
def test_limit_is_a_decimal_number(http: httpx.Client) -> None:
    for _ in range(2):
        http.get("/health")
    bad = http.get("/admin/requests?limit=abc").json()

    assert len(http.get("/admin/requests?limit=01").json()["requests"]) == 1
    assert bad["detail"] == (
        "limit: 'abc' is wrong: expected a number of requests, from 0 to 999999999"
    )
