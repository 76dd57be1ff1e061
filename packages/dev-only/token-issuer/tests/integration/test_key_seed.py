# DEV-ONLY: never ship to production.
"""Issuers with one seed as real processes: equal keys, refusals, commands, and the secret seed."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Final

import jwt
import pytest
from jwt_core import Algorithm, KeySet, VerificationPolicy, compute_thumbprint, verify
from tests import patient_http
from tests.virtual_time.clock import VirtualClock
from token_issuer.config.settings import Settings
from token_issuer.issuers.issuers import Issuers
from token_issuer.key_documents import KEY_DOCUMENTS
from token_issuer.keys.derivation import derive_private_key
from token_issuer.keys.errors import DerivedKeysError
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.seeded_keys import SeededKeys
from token_issuer.server.server import format_url, listen, serve_in_thread
from token_issuer.testing import run_token_issuer
from token_issuer.timing.clock import Clock
from token_issuer.tokens.issuer import Issuer

pytestmark = pytest.mark.requirement("TI-12")

StartIssuer = Callable[..., Any]
RunCommand = Callable[..., subprocess.CompletedProcess[str]]

SEED: Final = "correct horse battery staple"
VECTORS: Final = json.loads(
    (Path(__file__).parents[1] / "vectors/key_seed.json").read_text(encoding="utf-8")
)["vectors"]
ENVIRON: Final = {"TOKEN_ISSUER_KEY_SEED": SEED, "TOKEN_ISSUER_ALGORITHMS": "PS256,ES256,EdDSA"}
REPLICAS: Final = {**ENVIRON, "TOKEN_ISSUER_REPLICAS": "2"}
DOCUMENTS: Final = [each.path for each in KEY_DOCUMENTS if not each.is_of_account]
DAY_S: Final = 86_400
POLICY: Final = VerificationPolicy(issuer="https://issuer.local", audience="stream-watcher-docker")


@pytest.fixture(scope="module")
def replicas(start_shared_issuer: StartIssuer) -> list[Any]:
    """Return two issuers with one seed, for all tests that leave them as they are."""
    workers = {"TOKEN_ISSUER_WORKERS": "2"}
    return [start_shared_issuer(**REPLICAS), start_shared_issuer(**REPLICAS, **workers)]


def mint(url: str, **fields: object) -> str:
    response = patient_http.post(f"{url}/token", json=fields)
    assert response.status_code == 200, response.text
    token: str = response.json()["access_token"]
    return token


def test_replicas_and_workers_have_the_keys_of_the_fixed_vectors(replicas: list[Any]) -> None:
    expected = {
        vector["kid"]: vector["thumbprint"]
        for vector in VECTORS
        if (vector["seed"], vector["issuer"], vector["epoch"]) == (SEED, "", 0)
    }
    for path in DOCUMENTS:
        responses = [patient_http.get(each.url + path) for each in replicas for _ in range(4)]
        assert {response.status_code for response in responses} == {200}, path
        assert len({response.content for response in responses}) == 1
        assert len({response.headers["etag"] for response in responses}) == 1

    document = patient_http.get(f"{replicas[0].url}/certs").json()
    published = KeySet.from_document(document)
    thumbprints = {key.kid: compute_thumbprint(key.public_key) for key in published.keys}
    assert thumbprints == expected
    assert verify(mint(replicas[1].url), published, POLICY).header["kid"] == "dev-key"
    listed = jwt.PyJWKSet.from_dict(document)
    token = mint(replicas[1].url, alg="ES256")
    key = listed[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["ES256"], audience="stream-watcher-docker")


def test_replicas_refuse_what_needs_common_memory(replicas: list[Any]) -> None:
    for each in replicas:
        assert patient_http.get(f"{each.url}/admin/keys").status_code == 404
        page = patient_http.get(each.url, headers={"Accept": "text/html"}).text
        assert "TOKEN_ISSUER_REPLICAS" in page
        defect = patient_http.post(f"{each.url}/token", json={"defect": "alg-none"})
        assert defect.status_code == 400
        assert "TOKEN_ISSUER_REPLICAS" in defect.json()["error_description"]
        query = {"client_id": "app", "response_type": "code", "redirect_uri": "http://localhost/"}
        login = patient_http.get(f"{each.url}/authorize", params=query)
        assert login.status_code == 404
        assert "TOKEN_ISSUER_REPLICAS" in login.text


@contextmanager
def serve_replica(clock: VirtualClock) -> Iterator[str]:
    """Serve an issuer whose keys follow *clock*, and yield its URL."""
    keys = SeededKeys(
        partial(derive_private_key, SEED, ""),
        [Algorithm.RS256],
        plan=RotationPlan.like_google(1),
        clock=clock.read_date,
    )
    core = Issuer(Settings(), keys, Clock(clock.read_date))
    with listen("127.0.0.1", 0) as listener, serve_in_thread(Issuers(core), listener):
        yield format_url(listener)


def test_token_of_each_replica_verifies_with_the_keys_of_the_other_through_a_rotation(
    virtual_clock: VirtualClock,
) -> None:
    policy = replace(POLICY, clock=virtual_clock.read_date)
    kids = set()
    with serve_replica(virtual_clock) as one, serve_replica(virtual_clock) as other:
        for _ in range(9):  # a new key signs every 8 days
            tokens = [mint(url) for url in (one, other)]
            documents = [patient_http.get(f"{url}/certs").json() for url in (one, other)]
            for token, document in product(tokens, documents):
                kids.add(verify(token, KeySet.from_document(document), policy).header["kid"])
            virtual_clock.sleep(DAY_S)

    assert len(kids) == 2


def test_commands_sign_and_list_offline_with_the_keys_of_the_issuer(
    replicas: list[Any], call_command: RunCommand
) -> None:
    made = call_command("make-token", "--sub", "alice", "--count", "3", **ENVIRON)
    listed = call_command("keys", "list", "--json", **ENVIRON)

    published = KeySet.from_document(patient_http.get(f"{replicas[0].url}/certs").json())
    tokens = made.stdout.splitlines()
    assert {verify(token, published, POLICY).claims["sub"] for token in tokens} == {"alice"}
    assert len(tokens) == 3
    keys = json.loads(listed.stdout)["keys"]
    assert {key["kid"] for key in keys} == {key.kid for key in published.keys}
    assert SEED not in made.stdout + made.stderr + listed.stdout + listed.stderr


def test_named_issuers_have_other_keys(call_command: RunCommand, tmp_path: Path) -> None:
    profiles = tmp_path / "profiles.toml"
    profiles.write_text("[issuers.staff]\n")
    environ = {"TOKEN_ISSUER_KEY_SEED": SEED, "TOKEN_ISSUER_PROFILES": str(profiles)}
    thumbprints = []
    for name in ((), ("--issuer-name", "staff")):
        listed = call_command("keys", "list", "--json", *name, **environ)
        thumbprints.append(json.loads(listed.stdout)["keys"][0]["thumbprint"])
    with run_token_issuer(key_seed=SEED, issuers={"staff": {}}) as issuer:
        urls = (issuer.url, issuer.issuers["staff"].url)
        documents = [patient_http.get(f"{url}/certs").json() for url in urls]

    expected = [v["thumbprint"] for v in VECTORS if v["seed"] == SEED and v["issuer"] == "staff"]
    assert thumbprints[0] == VECTORS[0]["thumbprint"]
    assert thumbprints[1] == expected[0]
    assert documents[0]["keys"][0]["n"] != documents[1]["keys"][0]["n"]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "problem"),
    [
        (("keys", "rotate"), 1, "set TOKEN_ISSUER_ROTATION, or unset TOKEN_ISSUER_KEY_SEED"),
        (("keys", "remove", "dev-key"), 1, "derived from TOKEN_ISSUER_KEY_SEED"),
        (("make-keys", "keys"), 2, "TOKEN_ISSUER_KEY_SEED: derives the keys"),
        (("make-token", "--alg", "ES256"), 2, "add ES256 to TOKEN_ISSUER_ALGORITHMS"),
        (("make-token", "--keys-dir", "keys"), 2, "cannot be those of --keys-dir"),
        (("serve", "--replicas", "2", "--tls"), 2, "--replicas: "),
    ],
)
def test_command_that_contradicts_the_seed_is_refused(
    call_command: RunCommand, arguments: tuple[str, ...], exit_code: int, problem: str
) -> None:
    result = call_command(*arguments, TOKEN_ISSUER_KEY_SEED=SEED)

    assert result.returncode == exit_code
    assert problem in result.stderr
    assert SEED not in result.stdout + result.stderr


@pytest.mark.requirement("TI-10")
@pytest.mark.parametrize("command", ["serve", "make-token", "keys list"])
def test_seed_is_refused_in_production(call_command: RunCommand, command: str) -> None:
    result = call_command(*command.split(), TOKEN_ISSUER_KEY_SEED=SEED, NODE_ENV="production")

    assert result.returncode == 1
    assert "refusing to run in production" in result.stderr
    assert SEED not in result.stderr


def test_issuer_that_is_alone_keeps_its_controls_except_those_of_keys() -> None:
    with run_token_issuer(key_seed=SEED, profile="iap") as issuer:
        url = issuer.url
        assert issuer.mint()  # the algorithm of the profile has a key
        assert issuer.mint(alg="RS256", defect="alg-none")
        issuer.clock.turn(offset="2h")
        assert patient_http.get(f"{url}/admin/keys").json()["keys"][0]["kid"] == "dev-key"
        for fields in ({}, {"mode": "emergency"}, {"alg": "EdDSA"}):
            rotated = patient_http.post(f"{url}/admin/keys/rotate", json=fields)
            assert rotated.status_code == 409
            assert "unset TOKEN_ISSUER_KEY_SEED" in rotated.json()["detail"]
        with patient_http.Client(base_url=url) as client:
            removed = client.delete("/admin/keys/dev-key")
        assert removed.status_code == 409
        token = patient_http.post(f"{url}/token", json={"alg": "EdDSA"})
        assert token.status_code == 400
        assert token.json()["error"] == "invalid_request"
        assert "add EdDSA to TOKEN_ISSUER_ALGORITHMS" in token.json()["error_description"]
        with pytest.raises(DerivedKeysError):
            issuer.rotate()


def test_document_of_an_algorithm_without_a_key_is_missing() -> None:
    with run_token_issuer(key_seed=SEED) as issuer:
        response = patient_http.get(f"{issuer.url}/iap/verify/public_key-jwk")

    assert response.status_code == 404
    assert "add ES256 to TOKEN_ISSUER_ALGORITHMS" in response.json()["detail"]


def test_seed_is_in_no_response_and_no_log(start_issuer: StartIssuer) -> None:
    running = start_issuer(
        **ENVIRON,
        TOKEN_ISSUER_LOG_LEVEL="debug",
        TOKEN_ISSUER_ACCESS_LOG="true",
        TOKEN_ISSUER_ROTATION="google",
    )
    texts = [
        patient_http.get(running.url + path, headers={"Accept": accept}).text
        for path in (
            "/",
            "/health",
            "/openapi.json",
            "/.well-known/openid-configuration",
            "/admin/keys",
            "/admin/clock",
            "/admin/requests",
            "/admin/profiles",
            "/admin/faults",
            "/nothing-here",
            *DOCUMENTS,
        )
        for accept in ("application/json", "text/html")
    ]
    texts.append(patient_http.post(f"{running.url}/token", content=b"{").text)
    texts.append(patient_http.post(f"{running.url}/admin/keys/rotate", json={"lead": "x"}).text)
    banner = [running.process.stdout.readline() for _ in range(4)]
    running.process.terminate()
    _, errors = running.process.communicate(timeout=60)
    everything = "\n".join([running.banner, *banner, errors, *texts])

    assert "derives keys from TOKEN_ISSUER_KEY_SEED" in banner[0]
    assert banner[-1].startswith("Try: ")
    assert "GET /health" in everything
    for part in (SEED, SEED[:16], SEED.encode().hex()):
        assert part not in everything
