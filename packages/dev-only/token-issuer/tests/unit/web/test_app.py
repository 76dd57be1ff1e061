# DEV-ONLY: never ship to production.
"""The application as the server serves it, in this process."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NoReturn

import httpx
import pytest
from litestar.routes import HTTPRoute
from tests import patient_http
from token_issuer.config.settings import Settings
from token_issuer.google.providers import Providers
from token_issuer.issuers.issuers import Issuers
from token_issuer.request_log import RequestLog
from token_issuer.server.server import format_url, listen, serve_in_thread
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.app import create_app

Serve = Callable[[Issuer], httpx.Client]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that serves an issuer, and returns a client of it."""
    with ExitStack() as stack:

        def serve(issuer: Issuer) -> httpx.Client:
            listener = stack.enter_context(listen("127.0.0.1", 0))
            stack.enter_context(serve_in_thread(Issuers(issuer), listener))
            return stack.enter_context(patient_http.Client(base_url=format_url(listener)))

        yield serve


class BrokenLog(RequestLog):
    """Fails where no handler expects it."""

    def count_paths(self, issuer: str | None = None) -> NoReturn:
        message = f"the log broke at {issuer}: private detail"
        raise RuntimeError(message)


@pytest.mark.requirement("TI-4")
def test_unexpected_error_is_logged_and_answered_without_its_details(
    issuer: Issuer, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    response = serve(dataclasses.replace(issuer, requests=BrokenLog())).get("/admin/requests")

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
    issuer: Issuer, serve: Serve, configured: tuple[str, ...], origin: str, *, is_allowed: bool
) -> None:
    settings = Settings(cors_origins=configured)
    client = serve(dataclasses.replace(issuer, settings=settings))
    response = client.get("/certs", headers={"Origin": origin})

    allowed = response.headers.get("access-control-allow-origin")
    assert (allowed in {origin, "*"}) is is_allowed


@pytest.mark.requirement("TI-4", "GO-4")
@pytest.mark.parametrize("admin", [True, False])
def test_openapi_document_names_each_path_and_method_that_is_served(
    issuer: Issuer, serve: Serve, *, admin: bool
) -> None:
    issuer = dataclasses.replace(issuer, settings=Settings(admin=admin))
    paths = serve(issuer).get("/openapi.json").json()["paths"]
    documented = {path: {method.upper() for method in item} for path, item in paths.items()}

    served = {
        route.path_format: set(route.methods) - {"OPTIONS"}
        for route in create_app(issuer.settings, Providers(Issuers(issuer))).routes
        if isinstance(route, HTTPRoute)
    }

    assert served == documented
    assert ("/admin/clock" in documented) is admin


@pytest.mark.requirement("GO-2")
def test_discovery_says_what_the_settings_say(issuer: Issuer, serve: Serve) -> None:
    settings = Settings(
        public_url="https://login.test/base", profile="google", issuer="https://own.test",
        explicit=frozenset({"issuer"}),
    )  # fmt: skip
    client = serve(dataclasses.replace(issuer, settings=settings))
    document = client.get("/.well-known/openid-configuration").json()

    assert document["issuer"] == "https://own.test"
    assert document["jwks_uri"] == "https://login.test/base/.well-known/jwks.json"
    assert "email_verified" in document["claims_supported"]
