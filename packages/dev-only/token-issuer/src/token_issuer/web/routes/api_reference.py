# DEV-ONLY: never ship to production.
"""`/console/api`: the API reference, which is imported with the first request for it."""

from typing import Any

from litestar import Request, get
from litestar.concurrency import sync_to_thread

from token_issuer.paths import API_REFERENCE_PATH
from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.response import RawResponse
from token_issuer.web.routes.declarations import IssuerDependency, ProvidersDependency
from token_issuer.web.routes.openapi import read_document
from token_issuer.web.urls import get_browser_path, get_browser_url


@get(API_REFERENCE_PATH, include_in_schema=False)
async def get_api_reference(
    request: Request[Any, Any, Any], issuer: IssuerDependency, providers: ProvidersDependency
) -> RawResponse:
    """Serve the page, rendered from the OpenAPI document."""
    from token_issuer.web.console.api_reference import render_api_reference  # noqa: PLC0415

    handled = request.scope["state"][REQUEST_STATE]
    return await sync_to_thread(
        render_api_reference,
        read_document(request),
        base=get_browser_path(issuer, handled, ""),
        url=get_browser_url(issuer, handled),
        needs_secret=providers.issuers.settings.admin_token is not None,
    )
