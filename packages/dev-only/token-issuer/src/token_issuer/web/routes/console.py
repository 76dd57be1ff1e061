# DEV-ONLY: never ship to production.
"""`/` and `/console`: the console for browsers; other clients find the metadata server at `/`.

The package `web.console` is imported with the first request for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Request, get
from litestar.params import FromPath

from token_issuer.google.providers import Providers
from token_issuer.key_documents import KEY_DOCUMENTS
from token_issuer.paths import CONSOLE_PREFIX, OPENID_DISCOVERY_PATH, ROOT_PATH
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.errors import HttpError
from token_issuer.web.google.metadata import answer_ping
from token_issuer.web.negotiation import prefers_page
from token_issuer.web.request import Request as IssuerRequest
from token_issuer.web.response import RawResponse
from token_issuer.web.routes.admin.access import reject_foreign_hosts
from token_issuer.web.routes.declarations import IssuerDependency, ProvidersDependency
from token_issuer.web.routes.discovery import describe_issuer
from token_issuer.web.routes.table import require_one_process
from token_issuer.web.urls import get_browser_path, get_client_url


# In threads, since both read files, and import modules on first use. The module openapi_surfaces
# describes them.
@get(ROOT_PATH, include_in_schema=False, sync_to_thread=True)
def get_root(
    request: Request[Any, Any, Any], issuer: IssuerDependency, providers: ProvidersDependency
) -> RawResponse:
    """Show a browser the console; answer the ping of a client of the metadata server."""
    handled: IssuerRequest = request.scope["state"][REQUEST_STATE]
    if not prefers_page(handled):
        require_one_process(issuer, "machines get no tokens")
        return answer_ping(handled)
    from token_issuer.web.console.page import render_console, render_links  # noqa: PLC0415

    base = get_browser_path(issuer, handled, "")
    others = render_links(_locate_others(providers, issuer, base))
    if problem := _explain_missing_console(request, providers):
        from token_issuer.web.console.about import About, render_about  # noqa: PLC0415

        paths = (each.path for each in KEY_DOCUMENTS if not each.is_of_account)
        about = About(
            base=base,
            identifier=issuer.identifier,
            problem=problem,
            endpoints=_find_endpoints(issuer, handled, providers),
            url=get_client_url(issuer, handled),
            documents=[OPENID_DISCOVERY_PATH, *paths],
            others=others,
        )
        return render_about(about)
    is_open = providers.issuers.settings.admin_token is None
    return render_console({
        "admin": "open" if is_open else "secret",
        "base": base,
        "identifier": issuer.identifier,
        "issuers": others,
    })


@get(f"{CONSOLE_PREFIX}/{{file:path}}", include_in_schema=False, sync_to_thread=True)
def get_console_file(file: FromPath[str]) -> RawResponse:
    """Serve a file of the console."""
    from token_issuer.web.console.files import get_file  # noqa: PLC0415

    return get_file(file.removeprefix("/"))


def _explain_missing_console(request: Request[Any, Any, Any], providers: Providers) -> str:
    """Say why the client has no access to the admin routes; empty if it has."""
    settings = providers.issuers.settings
    if not settings.has_admin:
        from token_issuer.web.console.about import explain_missing_admin  # noqa: PLC0415

        return explain_missing_admin(settings)
    if settings.admin_token is None:
        try:
            reject_foreign_hosts(request.headers, settings.trusted_hosts)
        except HttpError as error:
            return str(error)
    return ""


def _locate_others(providers: Providers, issuer: Issuer, base: str) -> Sequence[tuple[str, str]]:
    """Return the names and URL paths of the other issuers, seen from *issuer* at *base*."""
    root = base.removesuffix(issuer.path)
    return [
        (other.name or "main", f"{root}{other.path}/")
        for other in providers.issuers
        if other.name != issuer.name
    ]


def _find_endpoints(
    issuer: Issuer, request: IssuerRequest, providers: Providers
) -> Mapping[str, str]:
    """Return the URLs of the discovery document of *issuer*, by the names of their members."""
    document = msgspec.to_builtins(describe_issuer(issuer, request, providers))
    return {name: value for name, value in document.items() if name.endswith("_endpoint")}
