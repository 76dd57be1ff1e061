# DEV-ONLY: never ship to production.
"""Clients: the relying parties that may log users in."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from token_issuer.config.login_tables import MAX_ENTRIES, find_client_problems, is_visible
from token_issuer.errors import InvalidInputError, describe_unknown_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client.

    Attributes:
        client_id: The client id.
        secret: The secret; None for a public client, and for one that is not declared.
        redirect_uris: The declared redirect URIs; without any, local ones are accepted.
        post_logout_redirect_uris: The same for logouts.
        require_pkce: Whether authorization requests without a challenge are rejected.
        claims: Claims of all tokens for this client.
        is_declared: Whether it is declared or was added. Otherwise any secret is accepted.
    """

    client_id: str
    secret: str | None = field(default=None, repr=False)
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    require_pkce: bool = False
    claims: Mapping[str, Any] = field(default_factory=dict)
    is_declared: bool = True


class Clients:
    """The clients of an issuer. If none are declared, each client id is a client."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        """Build the declared clients.

        Args:
            tables: Their fields by client id, as `parse_clients` returns them.
        """
        self._declared = {name: _build(name, table) for name, table in tables.items()}
        self._clients = dict(self._declared)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Client]:
        """Iterate over the declared and added clients."""
        return iter(list(self._clients.values()))

    def add(self, client_id: str, /, **fields: Any) -> Client:
        """Add a client, or replace the one with this *client_id*.

            clients.add("app", secret="s3cret", redirect_uris=["https://app.test/callback"])

        Args:
            client_id: The client id.
            fields: The fields of a table `[clients.ID]`.

        Raises:
            InvalidInputError: a field is invalid, or there are too many clients.
        """
        problems = [
            f"clients.{str(client_id)[:80]}{text}"
            for text in find_client_problems(client_id, fields)
        ]
        if problems:
            raise InvalidInputError("; ".join(problems), "client")
        client = _build(client_id, fields)
        with self._lock:
            if client_id not in self._clients and len(self._clients) >= MAX_ENTRIES:
                message = f"clients: expected at most {MAX_ENTRIES}; remove some first"
                raise InvalidInputError(message, "client")
            self._clients[client_id] = client
        return client

    def remove(self, client_id: str) -> None:
        """Remove a client: its codes and tokens are rejected from now on.

        If it was the last client, each client id is accepted again, even this one.

        Raises:
            InvalidInputError: no client has this *client_id*.
        """
        with self._lock:
            if client_id not in self._clients:
                problem = describe_unknown_name("client", str(client_id), self._clients)
                message = f"client: {problem}"
                raise InvalidInputError(message, "client")
            del self._clients[client_id]

    def reset(self) -> None:
        """Restore the declared clients."""
        with self._lock:
            self._clients = dict(self._declared)

    def find(self, client_id: str) -> Client | None:
        """Return the client with this *client_id*; None if it may not log users in."""
        clients = self._clients
        if clients:
            return clients.get(client_id)
        return Client(client_id=client_id, is_declared=False) if is_visible(client_id) else None

    def describe_unknown(self, client_id: str) -> str:
        """Say why `find` returned no client for *client_id*."""
        if not self._clients:
            return "client_id: expected 1 to 255 visible ASCII characters"
        problem = describe_unknown_name("client", client_id, self._clients)
        return f"client_id: {problem}; declare it in a table [clients.ID] of the profiles file"


def _build(client_id: str, table: Mapping[str, Any]) -> Client:
    lists = ("redirect_uris", "post_logout_redirect_uris")
    fields: dict[str, Any] = {
        key: tuple(value) if key in lists else value for key, value in table.items()
    }
    return Client(client_id=client_id, **fields)
