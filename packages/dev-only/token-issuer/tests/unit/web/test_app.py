# DEV-ONLY: never ship to production.
import dataclasses
import json
from typing import NoReturn

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from token_issuer.config.settings import Settings
from token_issuer.request_log import RequestLog
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.app import create_app
from token_issuer.web.routes.openapi.document import encode_openapi_document


class BrokenLog(RequestLog):
    """Fails where no handler expects it."""

    def count(self, path: str | None = None) -> NoReturn:
        message = f"the log broke at {path}: private detail"
        raise RuntimeError(message)


@pytest.mark.requirement("TI-4")
def test_unexpected_error_is_logged_and_answered_without_its_details(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(
        create_app(dataclasses.replace(issuer, requests=BrokenLog())),
        raise_server_exceptions=False,
    ) as client:
        response = client.get("/admin/requests")

    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-dev-only"] == "token-issuer"
    assert "private detail" not in response.text
    assert "private detail" in caplog.text


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    ("configured", "origin", "is_allowed"),
    [
        (("https://app.test",), "https://app.test", True),
        (("https://app.test",), "http://localhost:3000", False),
        (("https://app.test",), "https://appxtest", False),
        (("*",), "https://anything.test", True),
    ],
)
def test_configured_origins_replace_localhost(
    issuer: Issuer, configured: tuple[str, ...], origin: str, *, is_allowed: bool
) -> None:
    settings = Settings(cors_origins=configured)
    with TestClient(create_app(dataclasses.replace(issuer, settings=settings))) as client:
        response = client.get("/certs", headers={"Origin": origin})

    allowed = response.headers.get("access-control-allow-origin")
    assert (allowed in {origin, "*"}) is is_allowed


@pytest.mark.requirement("TI-4", "GO-4")
def test_openapi_document_names_each_path_and_method_that_is_served(issuer: Issuer) -> None:
    paths = json.loads(encode_openapi_document())["paths"]
    documented = {path: {method.upper() for method in item} for path, item in paths.items()}

    served = {
        route.path_format: set(route.methods) - {"OPTIONS", "HEAD"}
        for route in create_app(issuer).routes
        if isinstance(route, HTTPRoute)
    }

    assert served == documented


@pytest.mark.requirement("GO-2")
def test_discovery_says_what_the_settings_say(issuer: Issuer) -> None:
    settings = Settings(
        public_url="https://login.test/base", profile="google", issuer="https://own.test",
        chosen=frozenset({"issuer"}),
    )  # fmt: skip
    with TestClient(create_app(dataclasses.replace(issuer, settings=settings))) as client:
        document = client.get("/.well-known/openid-configuration").json()

    assert document["issuer"] == "https://own.test"
    assert document["jwks_uri"] == "https://login.test/base/.well-known/jwks.json"
    assert "email_verified" in document["claims_supported"]
