# DEV-ONLY: never ship to production.
"""The state that the endpoints of one issuer share."""

from collections.abc import Callable
from typing import Any

from jwt_core import VerificationKey

from token_issuer.oauth.clients import Client, Clients
from token_issuer.oauth.devices import Devices
from token_issuer.oauth.done_logins import DoneLogins
from token_issuer.oauth.ledger import Ledger
from token_issuer.oauth.logins import PlannedLogins
from token_issuer.oauth.records import Grant
from token_issuer.oauth.scopes import GOOGLE_NAMES, OPENID, ClaimSelection, select_impersonal_claims
from token_issuer.oauth.sealing import Sealer
from token_issuer.oauth.sessions import Sessions
from token_issuer.oauth.users import User, Users
from token_issuer.timing.elapsed import read_elapsed_s
from token_issuer.tokens.issuer import Issuer


class ProviderState:
    """The state of the logins of one issuer; it ends with the process.

    Attributes:
        issuer: The issuer, whose keys sign the tokens.
        is_google: Whether tokens are those of Google: opaque access tokens, and refresh tokens for
            `access_type=offline` alone, which do not rotate.
        users: The users.
        clients: The clients.
        selection: The claims that each scope releases.
        sealer: Seals codes and tokens.
        grants: The states of all grants.
        sessions: The sessions of browsers.
        logins: The planned logins, and those that are done.
        devices: The devices that wait for a user.
    """

    def __init__(self, issuer: Issuer, read_elapsed: Callable[[], float] = read_elapsed_s) -> None:
        settings = issuer.settings
        self.issuer = issuer
        profile = issuer.find_profile()
        self.is_google = profile.is_id_token
        self.users = Users(settings.users, is_google=self.is_google)
        self.clients = Clients(settings.clients)
        self.selection = ClaimSelection(settings.scopes)
        self._profile_claims = select_impersonal_claims(profile.claims)
        self.sealer = Sealer(read_elapsed)
        self.grants = Ledger()
        self.sessions = Sessions(self.sealer, self.users)
        self.logins = PlannedLogins(self.users, DoneLogins(issuer.requests, issuer.name))
        self.devices = Devices(read_elapsed)

    @property
    def identity_scopes(self) -> tuple[str, ...]:
        """The scopes, any of which gives an ID token and access to the UserInfo endpoint."""
        return (OPENID, "profile", "email", *GOOGLE_NAMES) if self.is_google else (OPENID,)

    @property
    def verification_keys(self) -> tuple[VerificationKey, ...]:
        """The public keys of all tokens of the issuer, published or not."""
        return tuple(key.verification_key for key in self.issuer.keys.view.keys.values())

    def collect_claims(self, grant: Grant) -> dict[str, Any]:
        """Return the claims of a *grant*, without those that the issuer sets itself.

        Those of the login override those of the client, which override those of the user, which
        override those of the profile.
        """
        parties = self.find_parties(grant)
        if parties is None:
            return {}
        user, client = parties
        return {**self._profile_claims, **user.claims, **client.claims, **grant.session.claims}

    def find_parties(self, grant: Grant) -> tuple[User, Client] | None:
        """Return the user and the client of a *grant*.

        None if the grant is revoked or has lapsed, or if the user or the client has been removed.
        """
        if not self.grants.is_live(grant.number):
            return None
        user = self.sessions.find_user(grant.session)
        client = self.clients.find(grant.client_id)
        return None if user is None or client is None else (user, client)
