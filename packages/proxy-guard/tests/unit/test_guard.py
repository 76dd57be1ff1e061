"""`enforce`: it refuses in production, warns elsewhere, and is silent without findings."""

import logging
from typing import Final

import proxy_guard
import pytest
from proxy_guard.environment import ENVIRONMENT_VARIABLES

DEV: Final = {
    "JWT_JWKS_URI": "http://token-issuer:8081/.well-known/jwks.json",
    "JWT_ISSUER": "https://issuer.local",
}
REAL: Final = {
    "JWT_JWKS_URI": "https://www.googleapis.com/oauth2/v3/certs",
    "JWT_ISSUER": "https://accounts.google.com",
}


@pytest.mark.requirement("PG-1")
@pytest.mark.parametrize("environment", [{}, {"APP_ENV": "production"}, {"NODE_ENV": "staging"}])
def test_enforce_refuses_in_production(environment: dict[str, str]) -> None:
    with pytest.raises(proxy_guard.GuardRefusedError) as caught:
        proxy_guard.enforce(DEV | environment)

    assert [found.code for found in caught.value.findings] == ["token_issuer_host", "issuer_local"]
    assert caught.value.code == "refused"
    assert isinstance(caught.value, proxy_guard.ProxyGuardError)
    for found in caught.value.findings:
        assert found.what in str(caught.value)
        assert found.remedy in str(caught.value)


@pytest.mark.requirement("PG-1")
def test_enforce_is_silent_when_production_has_a_real_provider(
    caplog: pytest.LogCaptureFixture,
) -> None:
    proxy_guard.enforce(REAL, probe=False)
    proxy_guard.enforce({})

    assert not caplog.records


@pytest.mark.requirement("PG-2")
def test_enforce_only_warns_outside_production(caplog: pytest.LogCaptureFixture) -> None:
    proxy_guard.enforce(DEV | {"APP_ENV": "docker"})

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.name == "proxy_guard"
    assert "production would refuse this configuration" in record.getMessage()


@pytest.mark.requirement("PG-1")
def test_enforce_checks_the_process_environment_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ENVIRONMENT_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JWT_JWKS_URI", DEV["JWT_JWKS_URI"])

    with pytest.raises(proxy_guard.GuardRefusedError):
        proxy_guard.enforce()
    assert not proxy_guard.check().allowed


@pytest.mark.requirement("PG-2")
@pytest.mark.parametrize(
    "switch",
    ["PROXY_GUARD", "PROXY_GUARD_DISABLED", "PROXY_GUARD_SKIP", "DISABLE_PROXY_GUARD", "DEBUG"],
)
@pytest.mark.parametrize("value", ["0", "1", "off", "true", "dev"])
def test_no_variable_switches_the_guard_off(switch: str, value: str) -> None:
    assert not proxy_guard.check(DEV | {switch: value}).allowed


@pytest.mark.requirement("PG-4")
def test_refusal_never_repeats_a_secret() -> None:
    environ = {
        "JWT_JWKS_URI": "https://user:hunter2@token-issuer/x?api_key=hunter2",
        "JWT_ISSUER": "https://issuer.local/?token=hunter2",
        "JWT_PUBLIC_KEY": "hunter2",
        "APP_ENV": "hunter2",
    }
    report = proxy_guard.check(environ)

    assert len(report.findings) == 2
    with pytest.raises(proxy_guard.GuardRefusedError) as caught:
        proxy_guard.enforce(environ)
    assert "hunter2" not in f"{caught.value} {caught.value!r} {report!r} {report.findings!r}"
