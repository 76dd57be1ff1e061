# DEV-ONLY: never ship to production.
"""The faults of the key endpoints, over HTTP: what a client sees, counts, ends."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from tests import patient_http
from token_issuer.faults.fault import Fault
from token_issuer.faults.kinds import FaultKind, find_paths
from token_issuer.key_documents import (
    ACCOUNT,
    KEY_DOCUMENTS,
    SECURE_TOKEN_ACCOUNT,
    Format,
    KeyDocument,
)
from token_issuer.keys.throwaway_keys import get_weak_key
from token_issuer.keys.watermark import has_watermark
from token_issuer.testing import RunningIssuer, run_token_issuer

DEFAULT_ACCOUNT: Final = "dev-only@dev-only-project.iam.gserviceaccount.com"
KEY_PATHS: Final = [each.path.replace(ACCOUNT, DEFAULT_ACCOUNT) for each in KEY_DOCUMENTS]
CERTIFICATES: Final = "/oauth2/v1/certs"
HARMLESS: Final = {"delay": {"delay": 0}, "drip": {"interval": 0}}

pytestmark = pytest.mark.requirement("BV-2")
SetFaults = Callable[..., None]


@pytest.fixture
def http(token_issuer: RunningIssuer) -> Iterator[httpx.Client]:
    with patient_http.Client(base_url=token_issuer.url) as client:
        yield client


@pytest.fixture
def put(http: httpx.Client) -> SetFaults:
    def put(*faults: dict[str, Any]) -> None:
        response = http.put("/admin/faults", json={"faults": faults})
        assert response.status_code == 200, response.text

    return put


def list_faults(http: httpx.Client) -> list[dict[str, Any]]:
    faults: list[dict[str, Any]] = http.get("/admin/faults").json()["faults"]
    return faults


def fetch_keys(http: httpx.Client, path: str = "/certs") -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = http.get(path).json()["keys"]
    return keys


@pytest.mark.parametrize("path", KEY_PATHS)
def test_status_strikes_each_key_document_and_nothing_else(
    http: httpx.Client, put: SetFaults, path: str
) -> None:
    put({"kind": "status", "status": 599, "retry_after": "1m"})
    struck = http.get(path)
    head = http.head(path)

    assert (struck.status_code, struck.headers["retry-after"]) == (599, "60")
    assert struck.headers["content-type"] == "application/problem+json"
    assert (struck.headers["cache-control"], struck.headers["x-dev-only"]) == (
        "no-store",
        "token-issuer",
    )
    assert (head.status_code, head.content) == (599, b"")
    others = ("/health", "/admin/keys", "/admin/faults", "/openapi.json")
    assert [http.get(other).status_code for other in others] == [200] * 4
    assert http.post("/token").status_code == 200
    assert http.post(path).status_code == 405
    assert list_faults(http)[0]["struck"] == 2


@pytest.mark.parametrize(
    "fault", [{"kind": "status", "status": 500}, {"kind": "redirect"}, {"kind": "empty"}]
)
@pytest.mark.parametrize("max_age", [[], [{"kind": "max-age"}]])
@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost"}])
def test_vary_is_that_of_a_response_without_faults(
    http: httpx.Client,
    put: SetFaults,
    fault: dict[str, Any],
    max_age: list[dict[str, Any]],
    headers: dict[str, str],
) -> None:
    good = http.get("/certs", headers=headers)
    put(fault, *max_age)

    assert http.get("/certs", headers=headers).headers["vary"] == good.headers["vary"]


def test_path_as_the_router_reads_it_is_struck(http: httpx.Client, put: SetFaults) -> None:
    put({"kind": "status"})

    assert http.get("/certs/").status_code == 503


def test_fault_of_one_path_leaves_the_others_alone(http: httpx.Client, put: SetFaults) -> None:
    put({"kind": "status", "paths": ["/certs"]})

    assert [path for path in KEY_PATHS if http.get(path).status_code == 503] == ["/certs"]


def test_fault_of_the_documents_of_accounts_affects_each_account_but_firebase(
    token_issuer: RunningIssuer, http: httpx.Client, put: SetFaults
) -> None:
    token_issuer.service_accounts.add("app@dev-only-project.iam.gserviceaccount.com")
    prefix = "/service_accounts/v1/jwk/"
    put({"kind": "empty", "paths": [f"{prefix}{ACCOUNT}"]})
    emails = (DEFAULT_ACCOUNT, "app@dev-only-project.iam.gserviceaccount.com", SECURE_TOKEN_ACCOUNT)

    assert [len(fetch_keys(http, prefix + email)) for email in emails] == [0, 0, 1]
    put({"kind": "empty", "paths": [f"{prefix}{SECURE_TOKEN_ACCOUNT}"]})
    assert [len(fetch_keys(http, prefix + email)) for email in emails] == [1, 1, 0]


@pytest.mark.parametrize("document", KEY_DOCUMENTS, ids=[each.path for each in KEY_DOCUMENTS])
@pytest.mark.parametrize(
    ("kind", "count"), [("empty", 0), ("many", 1000), ("duplicate-kid", 2), ("weak-key", 2)]
)
def test_document_faults_change_each_format(
    http: httpx.Client, put: SetFaults, document: KeyDocument, kind: str, count: int
) -> None:
    put({"kind": kind, "paths": [document.path]})
    response = http.get(document.path.replace(ACCOUNT, DEFAULT_ACCOUNT))
    pairs = json.loads(response.content, object_pairs_hook=list)

    assert len(pairs[0][1] if document.format is Format.JWKS else pairs) == count
    assert response.headers["x-dev-only"] == "token-issuer"
    assert list_faults(http)[0]["struck"] == 1


def test_public_key_that_a_fault_adds_is_one(http: httpx.Client, put: SetFaults) -> None:
    put({"kind": "weak-key"})
    pem = http.get("/iap/verify/public_key").json()["weak-key"]

    assert load_pem_public_key(pem.encode()) == get_weak_key().public_key()


def test_request_counts_end_a_fault_and_the_next_of_its_kind_takes_over(
    http: httpx.Client, put: SetFaults
) -> None:
    put(
        {"kind": "status", "requests": 2},
        {"kind": "redirect", "requests": 1},
        {"kind": "status", "status": 429, "requests": 1},
    )
    statuses = [http.get("/certs").status_code for _ in range(5)]

    assert statuses == [503, 503, 302, 429, 200]
    assert [(f["struck"], f["requests_left"], f["is_over"]) for f in list_faults(http)] == [
        (2, 0, True),
        (1, 0, True),
        (1, 0, True),
    ]


def test_fault_is_added_and_removed_beside_others(http: httpx.Client, put: SetFaults) -> None:
    put({"kind": "status", "requests": 3}, {"kind": "delay", "delay": 0})
    assert http.get("/certs").status_code == 503
    added = http.post("/admin/faults", json={"kind": "status", "status": 429})
    assert added.status_code == 200, added.text
    first, second, third = added.json()["faults"]
    assert (first["requests_left"], third["fault"]["status"]) == (2, 429)
    removed = http.delete(f"/admin/faults/{first['number']}")

    assert removed.json()["faults"] == [second, third] == list_faults(http)
    assert http.get("/certs").status_code == 429
    gone = http.delete(f"/admin/faults/{first['number']}")
    assert gone.status_code == 404
    assert "no fault has the number 1; GET /admin/faults lists them" in gone.json()["detail"]
    wrong = http.post("/admin/faults", json={"kind": "status", "delay": 1})
    assert wrong.status_code == 400
    assert "delay: not an option of status" in wrong.json()["detail"]


def test_parallel_requests_are_counted_exactly(http: httpx.Client, put: SetFaults) -> None:
    put({"kind": "status", "requests": 37}, {"kind": "delay", "delay": 0.05, "requests": 11})
    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(lambda _: http.get("/certs").status_code, range(100)))

    assert statuses == {503: 37, 200: 63}
    assert [fault["struck"] for fault in list_faults(http)] == [37, 11]


def test_time_ends_a_fault_whatever_the_clock_of_the_issuer_says(
    token_issuer: RunningIssuer, http: httpx.Client, put: SetFaults
) -> None:
    put({"kind": "status", "for": "1h"}, {"kind": "max-age", "for": 0.001})
    token_issuer.clock.turn(offset=timedelta(days=9))
    while not list_faults(http)[1]["is_over"]:
        pass

    assert http.get("/certs").status_code == 503
    first, second = list_faults(http)
    assert 3500 < first["seconds_left"] <= 3600
    assert (second["is_over"], second["seconds_left"], second["struck"]) == (True, 0, 0)


def test_reset_ends_all_in_one_call(http: httpx.Client, put: SetFaults) -> None:
    good = http.get("/certs").content
    put({"kind": "empty"}, {"kind": "max-age"}, {"kind": "drip", "interval": 0})
    http.get("/certs")

    assert http.delete("/admin/faults").json() == {"faults": []}
    response = http.get("/certs")
    assert (response.content, "max-age=300" in response.headers["cache-control"]) == (good, True)


def test_document_answer_and_transport_faults_compose(http: httpx.Client, put: SetFaults) -> None:
    put(
        {"kind": "delay", "delay": 0.01},
        {"kind": "drip", "chunk": 1 << 20, "interval": 0},
        {"kind": "max-age", "max_age": "7s"},
        {"kind": "content-type", "content_type": "text/plain"},
        {"kind": "unknown-kty"},
        {"kind": "weak-key"},
        {"kind": "huge"},
    )
    response = http.get("/certs", headers={"Accept-Encoding": "identity"})

    kids = [key["kid"] for key in response.json()["keys"]]
    assert sorted(kids) == ["dev-key", "unknown-kty", "weak-key"]
    assert len(response.content) == int(response.headers["content-length"]) == 10_000_000
    assert "max-age=7," in response.headers["cache-control"]
    assert response.headers["content-type"] == "text/plain"
    expires, date = (parsedate_to_datetime(response.headers[n]) for n in ("expires", "date"))
    assert expires - date == timedelta(seconds=7)


def test_answer_without_a_document_spends_no_document_fault(
    http: httpx.Client, put: SetFaults
) -> None:
    put({"kind": "empty", "requests": 1}, {"kind": "status", "requests": 1})

    assert http.get("/certs").status_code == 503
    assert fetch_keys(http) == []
    assert fetch_keys(http) != []


def test_entity_tag_hides_no_fault(http: httpx.Client, put: SetFaults) -> None:
    tag = http.get("/certs").headers["etag"]
    assert http.get("/certs", headers={"If-None-Match": tag}).status_code == 304
    put({"kind": "empty"})
    struck, asterisk = (http.get("/certs", headers={"If-None-Match": sent}) for sent in (tag, "*"))
    assert (struck.status_code, asterisk.status_code) == (200, 200)
    assert struck.json()["keys"] == asterisk.json()["keys"] == []
    again = http.get("/certs", headers={"If-None-Match": struck.headers["etag"]})
    http.delete("/admin/faults")
    after = http.get("/certs", headers={"If-None-Match": struck.headers["etag"]})

    assert (again.status_code, after.status_code) == (200, 200)
    assert struck.headers["etag"] != tag


@pytest.mark.parametrize("mode", ["graceful", "emergency", "sign-before-publish"])
def test_stale_edge_serves_the_old_set_while_the_new_key_signs(
    token_issuer: RunningIssuer, http: httpx.Client, put: SetFaults, mode: str
) -> None:
    token_issuer.mint(alg="ES256")
    before = {path: http.get(path).content for path in KEY_PATHS}
    put({"kind": "stale"})
    kid = token_issuer.rotate(mode, lead=timedelta(hours=mode == "sign-before-publish"))

    assert jwt.get_unverified_header(token_issuer.mint())["kid"] == kid
    assert {path: http.get(path).content for path in KEY_PATHS} == before
    http.delete("/admin/faults")
    if mode != "sign-before-publish":
        assert kid in {key["kid"] for key in fetch_keys(http)}


@pytest.mark.parametrize(
    ("kind", "count", "kid"),
    [
        ("empty", 0, None),
        ("many", 1000, "extra-0"),
        ("duplicate-kid", 2, "dev-key"),
        ("enc-keys", 2, "enc-key"),
        ("unknown-kty", 2, "unknown-kty"),
        ("weak-key", 2, "weak-key"),
        ("private-members", 2, "private-members"),
    ],
)
def test_document_fault_stands_before_the_good_keys(
    http: httpx.Client, put: SetFaults, kind: str, count: int, kid: str | None
) -> None:
    good = fetch_keys(http)
    put({"kind": kind})
    keys = fetch_keys(http)

    assert len(keys) == count
    assert http.get("/certs").json()["dev_only"] is True
    if kid is not None:
        assert (keys[0]["kid"], keys[-1:], keys[0] != good[0]) == (kid, good, True)


def test_many_keys_have_names_and_moduli_of_their_own_and_the_watermark(
    http: httpx.Client, put: SetFaults
) -> None:
    put({"kind": "many"})
    keys = fetch_keys(http)

    assert len({key["kid"] for key in keys}) == len({key["n"] for key in keys}) == 1000
    for key in keys[:3]:
        public = jwt.PyJWK(key).key
        assert (public.key_size, has_watermark(public)) == (2048, True)


def test_weak_key_is_the_one_that_signs_weakly(http: httpx.Client, put: SetFaults) -> None:
    put({"kind": "weak-key"})
    jwk = fetch_keys(http)[0]
    pem = http.get(CERTIFICATES).json()["weak-key"]
    public = get_weak_key().public_key()

    assert (public.key_size, has_watermark(public)) == (1024, True)
    assert x509.load_pem_x509_certificate(pem.encode()).public_key() == public
    assert int.from_bytes(jwt.utils.base64url_decode(jwk["n"])) == public.public_numbers().n


def test_private_members_are_never_those_of_a_key_of_the_ring(
    token_issuer: RunningIssuer, http: httpx.Client, put: SetFaults
) -> None:
    token_issuer.mint(alg="ES256")
    token_issuer.mint(alg="EdDSA")
    token_issuer.rotate()
    put({"kind": "private-members"}, {"kind": "duplicate-kid"}, {"kind": "enc-keys"})
    shown = [key for key in fetch_keys(http) if "d" in key]
    good = {key["kid"]: key for key in jwt.PyJWKClient(token_issuer.jwks_uri).fetch_data()["keys"]}
    http.delete("/admin/faults")
    ring = {key.get("n") for key in fetch_keys(http)}

    assert [key["kid"] for key in shown] == ["private-members"]
    assert {"d", "p", "q", "dp", "dq", "qi"} <= set(shown[0])
    assert isinstance(jwt.PyJWK(shown[0]).key, rsa.RSAPrivateKey)
    assert shown[0]["n"] not in ring
    assert set(good) > {"private-members", "enc-key"}
    assert not any("d" in key for key in fetch_keys(http))


@pytest.mark.parametrize("path", ["/certs", CERTIFICATES])
def test_malformed_document_lacks_just_its_last_brace(
    http: httpx.Client, put: SetFaults, path: str
) -> None:
    good = http.get(path).text
    put({"kind": "malformed"})
    text = http.get(path).text

    assert text + "}" == good
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


@pytest.mark.parametrize(
    ("kind", "strikes", "count"),
    [
        ("empty", True, 0),
        ("many", True, 1000),
        ("duplicate-kid", True, 2),
        ("weak-key", True, 2),
        ("enc-keys", False, 1),
        ("unknown-kty", False, 1),
        ("private-members", False, 1),
    ],
)
def test_certificates_have_what_certificates_can_have(
    http: httpx.Client, put: SetFaults, kind: str, count: int, *, strikes: bool
) -> None:
    put({"kind": kind})
    members = json.loads(http.get(CERTIFICATES).content, object_pairs_hook=list)

    assert len(members) == count
    assert list_faults(http)[0]["struck"] == int(strikes)
    for _, pem in members[:3]:
        x509.load_pem_x509_certificate(pem.encode())


def test_redirects_lead_to_the_same_host_another_name_and_back(
    token_issuer: RunningIssuer, http: httpx.Client, put: SetFaults
) -> None:
    port = token_issuer.url.rpartition(":")[2]
    put({"kind": "redirect", "to": "same-host"})
    followed = http.get("/certs", follow_redirects=True)
    put({"kind": "redirect", "to": "other-host", "status": 308})
    other = http.get("/certs")
    by_name = http.get("/certs", headers={"Host": f"issuer.test:{port}"})
    put({"kind": "redirect", "to": "loop"})

    assert (followed.status_code, [key["kid"] for key in followed.json()["keys"]]) == (
        200,
        ["dev-key"],
    )
    assert (other.status_code, other.content) == (308, b"")
    assert other.headers["location"] == f"http://localhost:{port}/attacker/jwks.json"
    assert by_name.headers["location"] == f"http://127.0.0.1:{port}/attacker/jwks.json"
    with pytest.raises(httpx.TooManyRedirects):
        http.get("/certs", follow_redirects=True)


def test_log_says_what_struck_and_under_which_host(
    http: httpx.Client, put: SetFaults, token_issuer: RunningIssuer
) -> None:
    put({"kind": "truncated", "requests": 1}, {"kind": "empty"})
    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/certs", headers={"Host": "issuer.test"})
    http.get("/health")
    struck, other = http.get("/admin/requests").json()["requests"]

    assert (struck["host"], struck["faults"]) == ("issuer.test", ["truncated", "empty"])
    assert (other["host"], other["faults"]) == (token_issuer.url.removeprefix("http://"), [])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "stats"}, "did you mean status?"),
        ({}, "missing required field `kind`"),
        ({"kind": "status", "status": 200}, "status: expected 400 to 599"),
        ({"kind": "redirect", "status": 304}, "status: expected one of 301"),
        ({"kind": "redirect", "to": "moon"}, "to: 'moon' is invalid; expected one of same-host"),
        ({"kind": "redirect", "to": "samehost"}, "'samehost' is invalid (did you mean same-host?)"),
        ({"kind": "reset", "at": "noon"}, "at: 'noon' is invalid; expected one of before-header"),
        ({"kind": "delay", "delay": "9h"}, "delay: expected a duration of zero to 300 seconds"),
        ({"kind": "delay", "delay": "soon"}, "delay: not a duration"),
        ({"kind": "delay", "delay": -1}, "delay: expected a duration of zero"),
        ({"kind": "drip", "interval": "5m"}, "interval: expected a duration of zero to 60 seconds"),
        ({"kind": "drip", "chunk": 0}, "$.faults[0].chunk"),
        ({"kind": "max-age", "max_age": "400d"}, "max_age: expected"),
        ({"kind": "empty", "delay": 1}, "delay: not an option of empty, only of delay"),
        ({"kind": "empty", "requests": 0}, "$.faults[0].requests"),
        ({"kind": "empty", "for": 0}, "for: expected a duration of more than zero"),
        ({"kind": "empty", "for": "25h"}, "for: expected a duration of more than zero"),
        ({"kind": "empty", "paths": ["/health"]}, "paths: '/health' is invalid; expected one of"),
        ({"kind": "empty", "paths": []}, "$.faults[0].paths"),
        ({"kind": "content-type", "content_type": "a\r\nb: c"}, "content_type: expected"),
        ({"kind": "empty", "x": 1}, "unknown field `x`"),
    ],
)
def test_bad_fault_is_refused_by_name_and_changes_nothing(
    token_issuer: RunningIssuer,
    http: httpx.Client,
    put: SetFaults,
    fault: dict[str, Any],
    words: str,
) -> None:
    put({"kind": "status"})
    response = http.put("/admin/faults", json={"faults": [fault]})

    assert response.status_code == 400
    assert words in response.json()["detail"]
    assert [entry["fault"]["kind"] for entry in list_faults(http)] == ["status"]
    assert http.put("/admin/faults", json={"faults": [{"kind": "empty"}] * 51}).status_code == 400


def test_faults_are_set_only_where_there_is_an_admin_surface() -> None:
    with run_token_issuer(admin=False) as issuer:
        closed = patient_http.put(
            f"{issuer.url}/admin/faults", json={"faults": [{"kind": "empty"}]}
        )
    with run_token_issuer(admin_token="correct-horse") as issuer:  # of this test
        guarded = patient_http.put(
            f"{issuer.url}/admin/faults", json={"faults": [{"kind": "empty"}]}
        )
        keys = patient_http.get(f"{issuer.url}/certs").json()["keys"]

    assert (closed.status_code, guarded.status_code, len(keys)) == (404, 401, 1)


def test_fixture_sets_lists_and_resets(token_issuer: RunningIssuer) -> None:
    states = token_issuer.faults.set(Fault(kind="status", requests=1), {"kind": "max-age"})
    status = patient_http.get(token_issuer.jwks_uri).status_code

    assert [state.fault.kind for state in states] == ["status", "max-age"]
    assert status == 503
    assert [state.requests_left for state in token_issuer.faults.list()] == [0, None]
    token_issuer.faults.reset()
    assert token_issuer.faults.list() == []
    with pytest.raises(ValueError, match="did you mean reset"):
        Fault(kind="rset")


@pytest.mark.parametrize("kind", [k for k in FaultKind if "/certs" in find_paths(k)])
def test_each_kind_works_without_options(token_issuer: RunningIssuer, kind: FaultKind) -> None:
    token_issuer.faults.set({"kind": str(kind), **HARMLESS.get(kind, {})})
    ends_early = kind in {FaultKind.RESET, FaultKind.TRUNCATED}
    try:
        patient_http.get(token_issuer.jwks_uri)
    except (httpx.ReadError, httpx.RemoteProtocolError):
        assert ends_early
    else:
        assert not ends_early

    assert token_issuer.faults.list()[0].struck == 1
    assert patient_http.get(f"{token_issuer.url}/health").status_code == 200
