# DEV-ONLY: never ship to production.
"""Token exchange: subject tokens of a declared issuer, and why others are rejected (RFC 8693)."""

from datetime import timedelta
from typing import Any, Final

import pytest
from jwt_core import Algorithm, SigningKey, sign
from token_issuer.config.settings import Settings
from token_issuer.errors import InvalidInputError
from token_issuer.keys.ring import KeyRing, create_ring_key
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.storage.store import MemoryStore
from token_issuer.keys.stored_keys import StoredKeys
from token_issuer.oauth.errors import OAuthError
from token_issuer.tokens.issuer import Issuer

pytestmark = pytest.mark.requirement("GO-5")

POOL: Final = "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/dev"
PROVIDER: Final = f"{POOL}/providers/staff"
STAFF: Final = "https://staff.test"
TYPE: Final = "urn:ietf:params:oauth:token-type:"
GOOD: Final = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "audience": PROVIDER,
    "scope": "https://www.googleapis.com/auth/cloud-platform",
    "requested_token_type": f"{TYPE}access_token",
    "subject_token_type": f"{TYPE}jwt",
}


@pytest.fixture
def staff(second_key: SigningKey, now: Any) -> Issuer:
    """Return another issuer of the process, with a key of its own."""
    plan = RotationPlan.on_demand(timedelta(0), timedelta(0))
    store = MemoryStore(KeyRing((create_ring_key(second_key, now - timedelta(hours=1)),), 1))
    keys = StoredKeys(store, plan=plan, clock=lambda: now)
    return Issuer(Settings(issuer=STAFF, explicit=frozenset({"issuer"})), keys, name="staff")


@pytest.fixture
def agency(build_agency: Any, staff: Issuer) -> Any:
    return build_agency(others=(staff,), workload_identity={PROVIDER: {"issuer": "staff"}})


def sign_subject(agency: Any, key: SigningKey, **changes: Any) -> str:
    claims = {
        "iss": STAFF, "aud": PROVIDER, "sub": "job-1",
        "iat": agency.second, "exp": agency.second + 600, **changes,
    }  # fmt: skip
    return sign({name: value for name, value in claims.items() if value is not None}, key)


def exchange(agency: Any, subject_token: str, /, **changes: Any) -> Any:
    parameters = {**GOOD, "subject_token": subject_token, **changes}
    pairs = [(name, value) for name, value in parameters.items() if value is not None]
    return agency.machines.exchange_token(pairs, agency.now)


def reject(agency: Any, subject_token: str, /, **changes: Any) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        exchange(agency, subject_token, **changes)
    assert subject_token not in str(caught.value)
    return caught.value


def test_subject_token_gives_a_federated_token(agency: Any, second_key: SigningKey) -> None:
    response = exchange(agency, sign_subject(agency, second_key))

    assert response.issued_token_type == f"{TYPE}access_token"
    assert (response.token_type, response.expires_in) == ("Bearer", 3600)
    access = agency.open(response)
    assert access.principal == f"principal:{POOL}/subject/job-1"
    assert access.scope == (GOOD["scope"],)
    described = agency.machines.describe_access_token(
        response.access_token, agency.now, is_old=False
    )
    assert described["azp"] == access.principal
    assert "email" not in described


def test_federated_token_acts_for_a_service_account(agency: Any, second_key: SigningKey) -> None:
    token = exchange(agency, sign_subject(agency, second_key)).access_token

    response = agency.call("generateAccessToken", token, scope=["a"])

    assert agency.open(response["accessToken"]).principal.startswith("app@")


@pytest.mark.parametrize(
    "changes",
    [
        {"requested_token_type": None},
        {"subject_token_type": f"{TYPE}id_token"},
        {"options": '{"userProject":"x"}'},
    ],
)
def test_other_forms_of_the_request_are_accepted(
    agency: Any, second_key: SigningKey, changes: dict[str, Any]
) -> None:
    assert exchange(agency, sign_subject(agency, second_key), **changes)


@pytest.mark.parametrize("audience", [PROVIDER, f"https:{PROVIDER}", ["x", PROVIDER]])
def test_audience_is_the_name_of_the_provider(
    agency: Any, second_key: SigningKey, audience: object
) -> None:
    assert exchange(agency, sign_subject(agency, second_key, aud=audience))


def test_declared_audiences_replace_the_name(
    build_agency: Any, staff: Issuer, second_key: SigningKey
) -> None:
    table = {"issuer": STAFF, "audiences": ["sts"]}
    agency = build_agency(others=(staff,), workload_identity={PROVIDER: table})

    assert exchange(agency, sign_subject(agency, second_key, aud="sts"))
    assert "'aud'" in str(reject(agency, sign_subject(agency, second_key)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "elsewhere"}, "claim 'aud' does not contain"),
        ({"aud": None}, "claim 'aud' is required"),
        ({"iss": "https://issuer.local"}, "claim 'iss' is not the expected issuer"),
        ({"exp": None}, "claim 'exp' is required"),
        ({"exp": 1772366400}, "the token has expired"),
        ({"iat": 1772366401}, "'iat' is in the future"),
        ({"nbf": 1772366401}, "'nbf' is in the future"),
        ({"iat": None}, "at most 24 hours after iat"),
        ({"exp": 1772366400 + 86401}, "at most 24 hours after iat"),
        ({"exp": 10**400}, "at most 24 hours after iat"),
        ({"sub": None}, "sub: expected"),
        ({"sub": ""}, "sub: expected"),
        ({"sub": "x" * 128}, "sub: expected"),
        ({"sub": 5}, "claim 'sub' must be a string"),
    ],
)
def test_subject_token_is_rejected(
    agency: Any, second_key: SigningKey, changes: dict[str, Any], reason: str
) -> None:
    error = reject(agency, sign_subject(agency, second_key, **changes))

    assert (error.error, error.status) == ("invalid_grant", 400)
    assert reason in str(error)


def test_foreign_key_is_rejected(agency: Any, marked_key: SigningKey) -> None:
    error = reject(agency, sign_subject(agency, marked_key))

    assert error.error == "invalid_grant"
    assert "kid" in str(error)


def test_algorithm_of_an_attacker_is_rejected(agency: Any, second_key: SigningKey) -> None:
    payload = sign_subject(agency, second_key).split(".")[1]

    assert "'alg'" in str(reject(agency, f"eyJhbGciOiJub25lIn0.{payload}."))


@pytest.mark.parametrize("token", ["x", "a.b.c", "ya29.dev-only.x"])
def test_other_text_is_rejected(agency: Any, token: str) -> None:
    assert reject(agency, token).error == "invalid_grant"


def test_removed_key_is_rejected_at_once(
    agency: Any, staff: Issuer, second_key: SigningKey
) -> None:
    token = sign_subject(agency, second_key)
    assert exchange(agency, token)

    staff.keys.rotate("emergency", Algorithm.RS256)  # type: ignore[arg-type]  # a RotationMode

    assert reject(agency, token).error == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "code", "reason"),
    [
        ({"grant_type": None}, "invalid_request", "grant_type: missing"),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant_type: expected"),
        ({"audience": None}, "invalid_request", "audience: missing"),
        ({"audience": "staff"}, "invalid_request", "audience: expected the full name"),
        ({"audience": f"https:{PROVIDER}"}, "invalid_request", "audience: expected the full name"),
        ({"audience": f"{PROVIDER}x"}, "invalid_target", "no workload identity provider"),
        ({"scope": None}, "invalid_request", "scope: missing"),
        ({"scope": "a  b"}, "invalid_scope", "scope: expected words"),
        ({"subject_token": None}, "invalid_request", "subject_token: missing"),
        ({"subject_token": "x" * 16385}, "invalid_request", "subject_token: expected at most"),
        ({"subject_token_type": None}, "invalid_request", "subject_token_type: missing"),
        ({"subject_token_type": f"{TYPE}saml2"}, "invalid_request", "subject_token_type: expected"),
        ({"requested_token_type": f"{TYPE}id_token"}, "invalid_request", "requested_token_type"),
        ({"actor_token": "x"}, "invalid_request", "actor_token: is not supported"),
    ],
)
def test_request_is_rejected(agency: Any, changes: dict[str, Any], code: str, reason: str) -> None:
    error = reject(agency, "no-token", **changes)

    assert (error.error, error.status) == (code, 400)
    assert reason in str(error)


def test_repeated_parameter_is_rejected(agency: Any) -> None:
    pairs = [*GOOD.items(), ("subject_token", "x"), ("scope", "y")]

    with pytest.raises(OAuthError, match="scope: given 2 times"):
        agency.machines.exchange_token(pairs, agency.now)


def test_provider_must_name_an_issuer_of_the_process(build_agency: Any) -> None:
    with pytest.raises(InvalidInputError, match="jwks_url"):
        build_agency(workload_identity={PROVIDER: {"issuer": "stafff"}})


def test_unreachable_keys_are_an_error(build_agency: Any, second_key: SigningKey) -> None:
    table = {"issuer": STAFF, "jwks_url": "http://127.0.0.1:1/certs"}
    agency = build_agency(workload_identity={PROVIDER: table})

    error = reject(agency, sign_subject(agency, second_key))

    assert error.error == "invalid_grant"
    assert "Error connecting to the given credential's issuer" in str(error)
