# DEV-ONLY: never ship to production.
"""The pytest plugin and the context manager, as a project uses them."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
import pytest
from tests import patient_http
from token_issuer import RunningIssuer, run_token_issuer
from token_issuer.config.profiles import Profile
from token_issuer.errors import (
    InvalidInputError,
    ProductionEnvironmentError,
    SettingsError,
    TokenRequestError,
)

RunProject = Callable[..., subprocess.CompletedProcess[str]]

PROJECT: Final = """
import httpx, jwt, pytest, sys

pytestmark = pytest.mark.token_issuer(subject="module", audience="module", ttl="90s")

def test_nothing_is_loaded_before_the_fixture_is_used():
    assert not {"litestar", "uvicorn", "jwt_core", "token_issuer.testing"} & set(sys.modules)

def test_token_verifies(token_issuer):
    token = token_issuer.mint(role="admin")
    key = jwt.PyJWKClient(token_issuer.jwks_uri).get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token, key, ["RS256"], audience=token_issuer.audience, issuer=token_issuer.issuer
    )
    assert (claims["sub"], claims["role"]) == ("module", "admin")
    assert token_issuer.requests.count("/.well-known/jwks.json") == 1

@pytest.mark.token_issuer(audience="class", profile="google")
class TestMarkers:
    @pytest.mark.token_issuer(audience="function")
    def test_nearest_one_wins(self, token_issuer):
        claims = jwt.decode(token_issuer.mint(), options={"verify_signature": False})
        assert token_issuer.issuer == claims["iss"] == "https://accounts.google.com"
        assert (claims["sub"], claims["aud"]) == ("module", "function")
        assert claims["exp"] - claims["iat"] == 90
"""

MISTAKES: Final = """
import pytest

@pytest.mark.token_issuer(audienc="a", ttl=5)
def test_unknown_name_and_wrong_type(token_issuer): ...

@pytest.mark.token_issuer("my-api")
def test_positional_argument(token_issuer): ...

@pytest.mark.token_issuer(audience="a")
def test_marker_without_effect(shared_token_issuer): ...

@pytest.fixture(scope="session")
def token_issuer_session_settings():
    return {"kids": "hx"}

def test_settings_of_the_session(shared_token_issuer): ...

def test_no_key(token_issuer, tmp_path_factory): ...

@pytest.fixture(autouse=True)
def broken(request, monkeypatch):
    if request.node.name == "test_no_key":
        monkeypatch.setenv("NODE_ENV", "production")
"""

EXPLANATIONS: Final = """
@pytest.mark.token_issuer: audienc: no such setting (did you mean audience?)
@pytest.mark.token_issuer: ttl: 5 is wrong: not a duration: it has no unit; write "5s" for seconds
@pytest.mark.token_issuer: 'my-api' has no name; expected settings by name, such as \
@pytest.mark.token_issuer(audience='my-api')
@pytest.mark.token_issuer: the issuer of shared_token_issuer has its settings already; use the \
fixture token_issuer, or override the fixture token_issuer_session_settings
token_issuer_session_settings: kids: 'hx' is wrong: expected one of dev-key, thumbprint, hex \
(did you mean hex?)
""".strip().splitlines()

SHARED: Final = """
import os, pytest
from datetime import timedelta

@pytest.fixture(scope="session")
def token_issuer_session_settings():
    return {"audience": "shared"}

@pytest.fixture(scope="session")
def proxy(token_issuer_session):
    return token_issuer_session.jwks_uri

@pytest.mark.parametrize("number", range(8))
def test_state_is_reset_and_the_issuer_stays(shared_token_issuer, proxy, number):
    issuer = shared_token_issuer
    assert (issuer.jwks_uri, issuer.audience) == (proxy, "shared")
    assert issuer.clock.setting.offset == timedelta(0)
    assert issuer.faults.list() == []
    assert issuer.requests.count() == 0
    assert [user.name for user in issuer.users] == ["alice", "bob", "carol"]
    assert (list(issuer.clients), len(issuer.logins)) == ([], 0)
    issuer.users.remove("alice")
    issuer.users.add("erin", groups=["admin"])
    issuer.clients.add("app")
    issuer.logins.next("bob")
    issuer.clock.turn(offset="2h", frozen=True)
    issuer.faults.set({"kind": "empty"})
    issuer.requests.record(at=issuer.clock(), method="GET", path="/", status=200)
    with open(os.environ["PORTS"], "a") as ports:
        ports.write(f"{issuer.url}\\n")
"""


@pytest.mark.requirement("TI-7")
def test_fixture_is_there_as_soon_as_the_package_is_installed(run_project: RunProject) -> None:
    result = run_project(PROJECT)

    assert result.returncode == 0, result.stdout
    assert "3 passed" in result.stdout


@pytest.mark.requirement("TI-7", "TI-9")
def test_mistake_in_a_marker_is_an_error_of_its_test_in_one_line(run_project: RunProject) -> None:
    result = run_project(MISTAKES)

    assert "5 errors" in result.stdout
    lines = result.stdout.splitlines()
    for line in EXPLANATIONS:
        assert line in lines, result.stdout
    assert "refusing to run in production: NODE_ENV" in result.stdout
    assert "Traceback" not in result.stdout
    assert "in <module>" not in result.stdout
    assert "token_issuer/testing.py" not in result.stdout


@pytest.mark.requirement("TI-7")
def test_tests_of_a_session_share_an_issuer_each_worker_its_own(
    run_project: RunProject, tmp_path: Path
) -> None:
    ports = tmp_path / "ports"
    result = run_project(SHARED, "-n", "2", PORTS=str(ports))

    assert result.returncode == 0, result.stdout
    assert "8 passed" in result.stdout
    assert len(set(ports.read_text().split())) == 2


@pytest.mark.requirement("GO-4")
def test_durations_are_timedeltas_or_text(token_issuer: RunningIssuer) -> None:
    by_text = token_issuer.rotate(lead="1h", retention="2h")
    assert token_issuer.kid == "dev-key"
    assert token_issuer.rotate(lead=timedelta(0)) == token_issuer.kid != by_text
    token_issuer.clock.turn(offset="-2h")
    assert token_issuer.clock.setting.offset == timedelta(hours=-2)
    token_issuer.faults.set({
        "kind": "delay",
        "delay": timedelta(seconds=0.2),
        "for": timedelta(minutes=1),
    })
    fault = token_issuer.faults.list()[0].fault
    assert (fault.delay, fault.for_) == (0.2, 60)

    with pytest.raises(InvalidInputError, match=r'^offset: .* has no unit; write "5s"'):
        token_issuer.clock.turn(offset=5)  # type: ignore[arg-type]  # the mistake of the test


@pytest.mark.requirement("GO-4")
def test_expiry_is_a_timedelta_or_text(token_issuer: RunningIssuer) -> None:
    token_issuer.clock.turn(now=datetime(2030, 1, 1, tzinfo=UTC), frozen=True)
    tokens = (token_issuer.mint(exp=exp) for exp in (timedelta(minutes=-5), "-5m"))
    expiries = {jwt.decode(t, options={"verify_signature": False})["exp"] for t in tokens}

    assert expiries == {1893456000 - 300}


@pytest.mark.parametrize("claims", ["x", 5, ["x"], None])
def test_claims_that_are_not_a_mapping_are_explained(
    token_issuer: RunningIssuer, claims: object
) -> None:
    with pytest.raises(TokenRequestError, match=r"^claims: "):
        token_issuer.mint(claims=claims, foo=1)


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize(
    ("mistake", "problem"),
    [
        ({"lead": 5}, 'lead: 5 is not a duration: it has no unit; write "5s"'),
        ({"retention": "-5s"}, "retention: '-5s' is out of range: expected zero to ten years"),
        ({"mode": "gracefull"}, "mode: 'gracefull' is wrong: .* [(]did you mean graceful"),
        ({"alg": "RS265"}, "alg: 'RS265' is wrong: .* [(]did you mean .*RS256"),
    ],
)
def test_mistake_in_a_rotation_is_explained(
    token_issuer: RunningIssuer, mistake: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InvalidInputError, match=f"^{problem}"):
        token_issuer.rotate(**mistake)


@pytest.mark.requirement("GO-2")
@pytest.mark.parametrize("audience", ["api", ["api", "web"]])
def test_audience_is_that_of_the_profile(audience: str | list[str]) -> None:
    team = Profile(name="team", claims={"aud": audience})
    with run_token_issuer(profile="team", profiles={"team": team}) as issuer:
        claims = jwt.decode(issuer.mint(), options={"verify_signature": False})

        assert claims["aud"] == audience
        assert issuer.audience == "api"


@pytest.mark.requirement("GO-4")
def test_rotation_keeps_old_tokens_and_signs_with_the_new_key(token_issuer: RunningIssuer) -> None:
    old = token_issuer.mint()
    kid = token_issuer.rotate()
    new = token_issuer.mint()
    keys = jwt.PyJWKSet.from_dict(patient_http.get(token_issuer.jwks_uri).json())

    assert jwt.get_unverified_header(old)["kid"] == "dev-key"
    assert jwt.get_unverified_header(new)["kid"] == kid == token_issuer.kid == "dev-key-2"
    for token in (old, new):
        kid = jwt.get_unverified_header(token)["kid"]
        assert jwt.decode(token, keys[kid], ["RS256"], audience=token_issuer.audience)


@pytest.mark.requirement("GO-3")
def test_clock_is_turned_in_process(token_issuer: RunningIssuer) -> None:
    token_issuer.clock.turn(now=datetime(2030, 1, 1, tzinfo=UTC), frozen=True)

    response = patient_http.get(f"{token_issuer.url}/health")
    claims = jwt.decode(token_issuer.mint(), options={"verify_signature": False})
    assert response.headers["date"] == "Tue, 01 Jan 2030 00:00:00 GMT"
    assert claims["iat"] == 1893456000


@pytest.mark.requirement("TI-8")
def test_issuers_run_side_by_side_and_end_with_their_block() -> None:
    with run_token_issuer() as first, run_token_issuer(issuer="https://b.test") as second:
        assert first.url != second.url
        assert second.issuer == "https://b.test"
        for issuer in (first, second):
            assert patient_http.get(f"{issuer.url}/health").is_success
    with pytest.raises(httpx.ConnectError):
        patient_http.get(f"{first.url}/health")


@pytest.mark.requirement("TI-10")
def test_production_is_refused_in_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_ENV", "production")

    with (
        pytest.raises(ProductionEnvironmentError, match="refusing to run in production: NODE_ENV"),
        run_token_issuer(),
    ):
        pass


@pytest.mark.requirement("TI-9")
def test_unknown_setting_is_refused_before_anything_starts() -> None:
    with (
        pytest.raises(
            SettingsError,
            match=r"^audienc: no such setting [(]did you mean audience[?][)]$",
        ),
        run_token_issuer(audienc="a"),  # type: ignore[call-arg]  # the mistake of the test
    ):
        pass
