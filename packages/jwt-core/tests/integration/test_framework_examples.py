"""The applications of the page about web frameworks run as they are written, against a JWKS."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings
from jwt_core import SigningKey, sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conftest import JwksServer

    Get = Callable[[Mapping[str, str]], httpx.Response]

pytestmark = [pytest.mark.requirement("JC-2"), pytest.mark.requirement("JC-3")]

PAGE: Final = Path(__file__).parents[2] / "docs/frameworks.md"
BLOCKS: Final = dict(
    re.findall(r"^```python (\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
)
APPS: Final = sorted(BLOCKS.keys() - {"django_settings"})


@pytest.fixture(scope="session", autouse=True)
def _django() -> None:
    """Configure Django, which is possible only once in a process."""
    settings.configure(ALLOWED_HOSTS=["example.com"], LOGGING_CONFIG=None)


@pytest.fixture
def get(name: str, server: JwksServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Get]:
    """Start the application *name*; return a function that requests its route."""
    source = BLOCKS[name].replace("https://id.example.com/jwks.json", server.uri)
    module: Any = ModuleType("orders")
    monkeypatch.setitem(sys.modules, "orders", module)
    exec(compile(source, f"{PAGE}: {name}", "exec"), module.__dict__)  # noqa: S102  # our page
    django_settings: dict[str, Any] = {}
    exec(BLOCKS["django_settings"], {}, django_settings)  # noqa: S102  # our page
    with override_settings(**django_settings):
        match name:
            case "django_sync":
                app = get_wsgi_application()
            case "django_async":
                app = get_asgi_application()
            case _:
                app = module.app
        is_wsgi = name in {"django_sync", "flask"}
        yield lambda headers: (get_wsgi if is_wsgi else get_asgi)(app, headers)


def get_wsgi(app: Any, headers: Mapping[str, str]) -> httpx.Response:
    with httpx.Client(transport=httpx.WSGITransport(app), headers=headers) as client:
        return client.get("http://example.com/orders")


def get_asgi(app: Any, headers: Mapping[str, str]) -> httpx.Response:
    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, headers=headers) as client:
            return await client.get("http://example.com/orders")

    return asyncio.run(get())


def authorize(key: SigningKey, expiry: float) -> dict[str, str]:
    claims = {"iss": "https://id.example.com", "aud": "orders-api", "sub": "alice", "exp": expiry}
    return {"Authorization": f"Bearer {sign(claims, key)}"}


@pytest.mark.parametrize("name", APPS)
def test_application_passes_claims_to_the_view_and_challenges_other_requests(
    get: Get, server: JwksServer, key: SigningKey
) -> None:
    server.publish(key)

    accepted = get(authorize(key, time.time() + 300))
    assert (accepted.status_code, accepted.json()) == (200, {"subject": "alice"})

    for headers in ({}, {"Authorization": "Basic YWxpY2U6c2VjcmV0"}):
        missing = get(headers)
        assert (missing.status_code, missing.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert missing.json() == {"detail": "send a bearer token"}

    for headers in (authorize(key, 1), {"Authorization": "Bearer not-a-token"}):
        rejected = get(headers)
        assert rejected.status_code == 401
        assert rejected.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
        assert rejected.json()["detail"]


@pytest.mark.parametrize("name", APPS)
def test_application_reports_that_no_key_set_is_available(
    get: Get, server: JwksServer, key: SigningKey
) -> None:
    server.answer(b"{}", status="500 Internal Server Error")

    response = get(authorize(key, time.time() + 300))

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert server.uri not in response.text


def test_page_shows_each_framework() -> None:
    assert APPS == [
        "django_async",
        "django_sync",
        "fastapi_async",
        "fastapi_sync",
        "flask",
        "starlette",
    ]
