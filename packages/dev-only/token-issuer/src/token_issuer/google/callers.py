# DEV-ONLY: never ship to production.
"""Who calls an API of Google with the access token of a machine."""

from datetime import datetime

from token_issuer.google.machine_tokens import MachineAccess, find_machine_access
from token_issuer.google.service_accounts import FindAccount
from token_issuer.oauth.state import ProviderState


def find_caller(
    state: ProviderState, find_account: FindAccount, token: str, now: datetime
) -> MachineAccess | None:
    """Return the record of the access *token* of a machine.

    Returns:
        The record; None if the token is not that of a machine, or has expired, or if its account,
        or the user for whom the account acts, has been removed.
    """
    access = find_machine_access(state, token, now)
    if access is None or access.is_federated:
        return access
    is_known = find_account(access.principal, None) is not None
    return access if is_known and (not access.user or state.users.find(access.user)) else None
