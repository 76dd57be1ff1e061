# DEV-ONLY: never ship to production.
"""The machines of one issuer: service accounts and their tokens, without HTTP.

`web` decodes a request into values, calls one method, and encodes the result or the error:

- `OAuthError`: its `error`, its text and its `status` go to the client.
- `GoogleApiError`: its text and its `status`, in the form of Google's APIs.
- `InvalidInputError`: a mistake of a test.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from token_issuer.google.firebase import Firebase
from token_issuer.google.iam_credentials import call_iam
from token_issuer.google.jwt_bearer import MachineIdToken, exchange_assertion
from token_issuer.google.machine_tokens import MachineToken
from token_issuer.google.replays import UsedAssertions
from token_issuer.google.service_accounts import ServiceAccounts
from token_issuer.google.token_exchange import FederatedToken, exchange_token
from token_issuer.google.token_info import describe_machine_token
from token_issuer.google.workload_identity import build_workload_providers
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.provider import Pairs, Provider
from token_issuer.timing.elapsed import read_elapsed_s
from token_issuer.tokens.issuer import Issuer

if TYPE_CHECKING:
    from token_issuer.oauth.state import ProviderState


class Machines:
    """The service accounts of one issuer, and the endpoints that give them tokens.

    Attributes:
        state: The state of the provider.
        service_accounts: The accounts: `service_accounts.add("app@dev-only-project.iam…")`.
        firebase: The sign-in of users at Firebase.
    """

    def __init__(
        self,
        provider: Provider,
        issuers: Iterable[Issuer],
        read_elapsed: Callable[[], float] = read_elapsed_s,
    ) -> None:
        """Share the state of *provider*.

        Args:
            provider: The provider of the same issuer, which is located.
            issuers: All issuers of the process.
            read_elapsed: The monotonic clock, in seconds.

        Raises:
            InvalidInputError: a workload identity provider names no issuer of the process.
        """
        self.state: ProviderState = provider.state
        settings = provider.issuer.settings
        self.service_accounts = ServiceAccounts(
            settings.service_accounts,
            url=settings.public_url or provider.issuer.url,
            default_email=settings.default_account,
        )
        self.firebase = Firebase(self.state, self.service_accounts.find)
        self._used = UsedAssertions(read_elapsed)
        self._workloads = build_workload_providers(
            settings.workload_identity, issuers, settings.ca_files
        )

    def exchange_assertion(
        self, pairs: Pairs, now: datetime, *, base_url: str | None = None
    ) -> MachineToken | MachineIdToken:
        """Respond to a token request with an assertion.

        Args:
            pairs: The parameters of the form.
            now: The time of the request.
            base_url: The base URL of the request, whose token endpoint may be the audience.

        Raises:
            OAuthError: the request or the assertion is invalid.
        """
        find = self.service_accounts.find
        parameters = Parameters(pairs)
        return exchange_assertion(self.state, find, self._used, parameters, now, base_url=base_url)

    def exchange_token(self, pairs: Pairs, now: datetime) -> FederatedToken:
        """Respond to a token exchange.

        Raises:
            OAuthError: the request or the subject token is invalid.
        """
        return exchange_token(self.state, self._workloads, Parameters(pairs), now)

    def call_iam(
        self, method: str, email: str, tokens: list[str], body: bytes, now: datetime
    ) -> Mapping[str, Any]:
        """Respond to a request to the IAM credentials API.

        Raises:
            GoogleApiError: the request is not authorized, or invalid.
        """
        return call_iam(self.state, self.service_accounts, method, email, tokens, body, now)

    def describe_access_token(
        self, token: str, now: datetime, *, is_old: bool
    ) -> dict[str, Any] | None:
        """Respond to a request for `tokeninfo`; None if the token is not that of a machine."""
        return describe_machine_token(self.state, self.service_accounts, token, now, is_old=is_old)

    def reset(self) -> None:
        """Remove the service accounts that were added, and what has happened to Firebase's users.

        Used assertions stay used.
        """
        self.service_accounts.reset()
        self.firebase.users.reset()
