# DEV-ONLY: never ship to production.
"""The providers and machines of the issuers of a process, built when the first one is needed."""

import threading
from typing import TYPE_CHECKING

from token_issuer.issuers.issuers import Issuers

if TYPE_CHECKING:
    from token_issuer.google.machines import Machines
    from token_issuer.oauth.provider import Provider


class Providers:
    """The providers and machines of a process by the names of their issuers.

    They are built together on first use: the start of an issuer does not wait for their import.

    Attributes:
        issuers: The issuers.
    """

    def __init__(self, issuers: Issuers) -> None:
        """Prepare the providers of *issuers*, whose identifiers are final: they are located."""
        self.issuers = issuers
        self._lock = threading.Lock()
        self._providers: dict[str, Provider] = {}
        self._machines: dict[str, Machines] = {}

    def check(self) -> None:
        """Read the settings of machines, if there are any, so that mistakes are found at the start.

        Raises:
            KeyDirectoryError: a key file of a service account cannot be used.
            InvalidInputError: a workload identity provider names no issuer of the process.
        """
        for issuer in self.issuers:
            settings = issuer.settings
            if settings.service_accounts or settings.workload_identity:
                self.find_machines(issuer.name).service_accounts.load()

    def find(self, name: str) -> "Provider":
        """Return the provider of the issuer with this *name*; that of the main issuer is empty."""
        self._build()
        return self._providers[name]

    def find_machines(self, name: str) -> "Machines":
        """Return the machines of the issuer with this *name*, which share the provider's state."""
        self._build()
        return self._machines[name]

    def find_built(self, name: str) -> "Provider | None":
        """Return what `find` returns; None if the providers have not been built yet."""
        return self._providers.get(name)

    def reset(self) -> None:
        """Reset what is built, see `Provider.reset` and `Machines.reset`."""
        with self._lock:
            for provider in self._providers.values():
                provider.reset()
            for machines in self._machines.values():
                machines.reset()

    def _build(self) -> None:
        with self._lock:
            if not self._machines:
                from token_issuer.google.machines import Machines  # noqa: PLC0415  # see above
                from token_issuer.oauth.provider import Provider  # noqa: PLC0415  # see above

                providers = {issuer.name: Provider(issuer) for issuer in self.issuers}
                self._machines = {
                    name: Machines(provider, self.issuers) for name, provider in providers.items()
                }
                self._providers = providers
