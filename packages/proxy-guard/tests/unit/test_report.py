"""The report as text and as JSON."""

import json
from typing import Final

import pytest
from proxy_guard import check
from proxy_guard.report import build_document, render_text

pytestmark = pytest.mark.requirement("PG-4")

DEV: Final = {"JWT_JWKS_URI": "http://token-issuer:8081/certs"}


def test_text_has_verdict_environment_finding_and_remedy() -> None:
    lines = render_text(check(DEV | {"APP_ENV": "production"})).splitlines()

    assert lines[0] == "proxy-guard: REFUSED, this configuration must not run in production"
    assert lines[1] == "  environment: production (APP_ENV says 'production')"
    assert lines[2] == (
        "  [token_issuer_host] JWT_JWKS_URI names the dev-only token-issuer as its host "
        "(http://token-issuer:8081/certs)"
    )
    assert lines[4] == "  probe: skipped (a refused configuration is not probed)"
    assert lines[3].startswith("    remedy: Set JWT_JWKS_URI to your production identity provider.")


@pytest.mark.parametrize(
    ("environ", "verdict"),
    [
        ({}, "proxy-guard: allowed"),
        (
            DEV | {"APP_ENV": "qa"},
            "proxy-guard: allowed, but production would refuse this configuration",
        ),
    ],
)
def test_first_line_is_the_verdict(environ: dict[str, str], verdict: str) -> None:
    assert render_text(check(environ)).splitlines()[0] == verdict


def test_document_contains_the_whole_report() -> None:
    report = check(DEV | {"APP_ENV": "production"})
    (finding,) = report.findings

    assert json.loads(json.dumps(build_document(report))) == {
        "allowed": False,
        "environment": {
            "is_production": True,
            "reason": "APP_ENV says 'production'",
            "variable": "APP_ENV",
        },
        "findings": [
            {
                "code": "token_issuer_host",
                "variable": "JWT_JWKS_URI",
                "what": finding.what,
                "remedy": finding.remedy,
            }
        ],
        "probe": {
            "status": "skipped",
            "detail": "a refused configuration is not probed",
        },
    }


def test_repr_tells_the_verdict() -> None:
    assert repr(check({})) == "<Report allowed: []>"
    assert repr(check(DEV)) == ("<Report refused: [<Finding token_issuer_host in JWT_JWKS_URI>]>")
