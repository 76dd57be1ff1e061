# DEV-ONLY: never ship to production.
"""The providers of the issuers of a process, built when the first of them is needed."""

import threading
from typing import TYPE_CHECKING

from token_issuer.issuers.issuers import Issuers

if TYPE_CHECKING:
    from token_issuer.oauth.provider import Provider


class Providers:
    """The providers of a process by the names of their issuers.

    They are built together on first use: the start of an issuer does not wait for their import.
    """

    def __init__(self, issuers: Issuers) -> None:
        """Prepare the providers of *issuers*, whose identifiers are final: they are located."""
        self._issuers = issuers
        self._lock = threading.Lock()
        self._providers: dict[str, Provider] = {}

    def find(self, name: str) -> "Provider":
        """Return the provider of the issuer with this *name*; that of the main issuer is empty."""
        with self._lock:
            if not self._providers:
                from token_issuer.oauth.provider import Provider  # noqa: PLC0415  # see above

                self._providers = {issuer.name: Provider(issuer) for issuer in self._issuers}
        return self._providers[name]

    def reset(self) -> None:
        """Reset the providers that are built, see `Provider.reset`."""
        with self._lock:
            for provider in self._providers.values():
                provider.reset()

    def find_built(self, name: str) -> "Provider | None":
        """Return what `find` returns; None if the providers have not been built yet."""
        return self._providers.get(name)
