# DEV-ONLY: never ship to production.
"""Where the running issuer is."""

from typing import Final

from token_issuer.config.settings import Settings

_WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # translated, not bound


def locate_issuer(url: str | None, settings: Settings) -> str:
    """Return the base URL: *url*, or else where an issuer with these settings listens."""
    if url is not None:
        return url.rstrip("/")
    host = _WILDCARDS.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
