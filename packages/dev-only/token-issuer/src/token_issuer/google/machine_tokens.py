# DEV-ONLY: never ship to production.
"""Opaque access tokens of machines: of service accounts, and of federated identities.

They look like those of logins, whose prefix and key they share; only their records have a tag.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from token_issuer.oauth.sealing import Purpose
from token_issuer.oauth.state import ProviderState

MACHINE_TOKEN_LIFETIME: Final = timedelta(hours=1)
"""How long an access token of a machine is valid, as at Google."""

FEDERATED_PREFIX: Final = "principal:"
"""The beginning of the principal of a federated identity."""


class MachineToken(Struct, frozen=True, kw_only=True):
    """An access token of a machine, as the response of an endpoint.

    Spec: RFC 6749 §5.1
    """

    access_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105  # a type, not a secret


class MachineAccess(Struct, frozen=True, array_like=True, tag="machine"):
    """The record of an access token of a machine.

    Attributes:
        principal: The email of a service account, or the `principal://` of a federated identity.
        scope: The scopes.
        issued_at: When it was issued, in seconds since 1970.
        expires_at: When it expires, in seconds since 1970.
        user: The name of the user for whom the account acts; empty without domain-wide delegation.
    """

    principal: str
    scope: tuple[str, ...]
    issued_at: int
    expires_at: int
    user: str = ""

    @property
    def is_federated(self) -> bool:
        """Whether the principal is a federated identity rather than a service account."""
        return self.principal.startswith(FEDERATED_PREFIX)


def issue_machine_token(
    state: ProviderState,
    account: str,
    scope: tuple[str, ...],
    now: datetime,
    *,
    lifetime: timedelta = MACHINE_TOKEN_LIFETIME,
    user: str = "",
) -> MachineToken:
    """Return an access token.

    Args:
        state: The state of the provider.
        account: The email of the service account, or the principal of a federated identity.
        scope: The scopes.
        now: The time of issue.
        lifetime: How long it is valid.
        user: The name of the user for whom the account acts.
    """
    issued_at, seconds = int(now.timestamp()), int(lifetime.total_seconds())
    record = MachineAccess(account, scope, issued_at, issued_at + seconds, user)
    token = state.sealer.seal(Purpose.ACCESS_TOKEN, record, now=now, lifetime=lifetime)
    return MachineToken(access_token=token, expires_in=seconds)


def find_machine_access(state: ProviderState, token: str, now: datetime) -> MachineAccess | None:
    """Return the record of an access token; None if it is not that of a machine, or has expired."""
    return state.sealer.open_valid(Purpose.ACCESS_TOKEN, token, MachineAccess, now=now)
