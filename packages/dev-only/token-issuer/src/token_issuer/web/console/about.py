# DEV-ONLY: never ship to production.
"""The page for browsers if the console is not available: the issuer, its endpoints, the reason."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from proxy_guard.dev_marks import SERVICE_NAME

from token_issuer.config.settings import Settings
from token_issuer.markup import Markup, element, mark_code
from token_issuer.paths import API_REFERENCE_PATH
from token_issuer.web.console.frame import render_frame
from token_issuer.web.response import RawResponse


class About(Struct, frozen=True, kw_only=True):
    """What the page says about an issuer.

    Attributes:
        base: The URL path below which the browser reaches the issuer.
        identifier: The issuer identifier.
        problem: Why the console is not available, and what to do; code is between backticks.
        endpoints: The URLs of the endpoints by their names in the discovery document.
        url: The base URL by which clients reach the issuer, perhaps not this browser.
        documents: The paths of the discovery document and the key documents.
        others: Links to the other issuers of the process.
    """

    base: str
    identifier: str
    problem: str
    endpoints: Mapping[str, str]
    url: str
    documents: Sequence[str]
    others: Markup


def explain_missing_admin(settings: Settings) -> str:
    """Say why *settings* switch off the admin routes, which the console needs."""
    if settings.admin is False:
        return (
            "The console needs the admin routes, and the setting `TOKEN_ISSUER_ADMIN` switches "
            "them off. Remove the setting, and start the issuer again."
        )
    if not settings.is_alone:
        return (
            "Several processes serve the issuer, and the console would change only one of them. "
            "Remove the settings `TOKEN_ISSUER_WORKERS` and `TOKEN_ISSUER_REPLICAS` (`--workers`, "
            "`--replicas`), and start the issuer again."
        )
    return (
        f"The issuer listens on {settings.host}, which other machines can reach, so the console "
        "needs a secret. Set `TOKEN_ISSUER_ADMIN_TOKEN` to at least eight characters, and start "
        "the issuer again; in the Compose stack: "
        "`TOKEN_ISSUER_ADMIN_TOKEN=my-secret docker compose up --wait`."
    )


def render_about(about: About) -> RawResponse:
    """Return the page."""
    issuer = element("p", "Issuer ", element("code", about.identifier), about.others, class_="soft")
    introduction = element(
        "p",
        f"{SERVICE_NAME} issues OAuth tokens with any content, so that you can test services that "
        "verify them. ",
        element("a", "The API reference", href=f"{about.base}{API_REFERENCE_PATH}"),
        " lists all routes and their fields.",
    )
    main = element(
        "main",
        _render_card("The console is not available here", element("p", mark_code(about.problem))),
        _render_card("What this is", introduction),
        _render_card("Endpoints", _render_endpoints(about.endpoints)),
        _render_card("Documents", _render_documents(about)),
        id="main",
        tabindex="-1",
        class_="view",
    )
    return render_frame(SERVICE_NAME, about.base, issuer, main)


def _render_card(heading: str, content: Markup) -> Markup:
    return element("section", element("h2", heading), content, class_="card")


def _render_endpoints(endpoints: Mapping[str, str]) -> Markup:
    items = (
        element("li", element("strong", name), " ", element("code", url))
        for name, url in endpoints.items()
    )
    return element("ul", *items, class_="plain")


def _render_documents(about: About) -> Markup:
    links = (
        element("li", element("a", element("code", about.url + path), href=about.base + path))
        for path in about.documents
    )
    return element("ul", *links, class_="plain")
