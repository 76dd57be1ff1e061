# DEV-ONLY: never ship to production.
"""Service accounts: those of key files, those that tests add, and the default one."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from jwt_core import SigningKey

from token_issuer.config.google_settings import DEFAULT_PROJECT
from token_issuer.config.parsers import ACCOUNT_DOMAIN
from token_issuer.errors import InvalidInputError, KeyDirectoryError, describe_unknown_name
from token_issuer.google.key_directory import KeyFiles
from token_issuer.google.key_files import (
    AccountKey,
    build_key_file,
    check_email,
    derive_client_id,
    generate_account_key,
)

MAX_ADDED_ACCOUNTS: Final = 100

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account.

    Attributes:
        email: The email.
        client_id: The unique number, which is the `sub` of its ID tokens.
        keys: The keys, the newest last; empty if none was needed yet.
    """

    email: str
    client_id: str
    keys: tuple[SigningKey, ...] = field(default=(), repr=False)

    @property
    def project(self) -> str:
        """The project, which is a part of the email."""
        domain = self.email.partition("@")[2]
        project = domain.removesuffix(ACCOUNT_DOMAIN)
        return DEFAULT_PROJECT if project == domain else project

    def find_keys(self, kid: str | None) -> tuple[SigningKey, ...]:
        """Return the keys with this *kid*; all keys if it is None."""
        return tuple(key for key in self.keys if kid in {None, key.kid})


FindAccount = Callable[[str, str | None], ServiceAccount | None]
"""Returns the account with an email; the second argument is the `kid` of the key that it needs."""


class ServiceAccounts:
    """The service accounts that an issuer knows. Safe to use from several threads."""

    def __init__(self, paths: Sequence[Path] = (), *, default_email: str, url: str = "") -> None:
        """Register the key files, and read none yet.

        Args:
            paths: Key files, and directories of them.
            url: The base URL of the issuer, for new key files.
            default_email: The email of the account that always exists.
        """
        self._files = KeyFiles(paths)
        self._url = url
        self._default = ServiceAccount(default_email, derive_client_id(default_email))
        self._added: dict[str, ServiceAccount] = {}
        self._lock = threading.Lock()

    def load(self) -> None:
        """Read the key files.

        Raises:
            KeyDirectoryError: a file cannot be read, or is not a key file of the token issuer.
        """
        self._files.refresh()

    @property
    def default(self) -> ServiceAccount:
        """The account that always exists, which is that of the metadata server."""
        return self._combine(self._default.email) or self._default

    def __iter__(self) -> Iterator[ServiceAccount]:
        """Iterate over all accounts, the default one first."""
        emails = dict.fromkeys((self._default.email, *self._files.keys, *self._added))
        return (account for email in emails if (account := self._combine(email)))

    def add(self, email: str, *, url: str | None = None) -> dict[str, Any]:
        """Add an account with a new key, and return the content of its key file.

            key_file = service_accounts.add("app@dev-only-project.iam.gserviceaccount.com")

        An account that was added before gets a new key instead of the old one.

        Args:
            email: The email.
            url: The base URL by which clients reach the issuer; by default that of the issuer.

        Raises:
            InvalidInputError: the email is malformed, or there are too many accounts.
        """
        added = AccountKey(check_email(email), derive_client_id(email), generate_account_key())
        with self._lock:
            if email not in self._added and len(self._added) >= MAX_ADDED_ACCOUNTS:
                message = (
                    f"service_accounts: expected at most {MAX_ADDED_ACCOUNTS}; remove some first"
                )
                raise InvalidInputError(message, "email")
            account = ServiceAccount(email, added.client_id, (added.key,))
            self._added[email] = account
        return build_key_file(added, account.project, self._url if url is None else url)

    def remove(self, email: str) -> None:
        """Remove an account that was added: its assertions and tokens are rejected from now on.

        Raises:
            InvalidInputError: no account with this *email* was added.
        """
        with self._lock:
            if email not in self._added:
                problem = describe_unknown_name("added service account", str(email), self._added)
                message = f"email: {problem}"
                raise InvalidInputError(message, "email")
            del self._added[email]

    def reset(self) -> None:
        """Remove all accounts that were added."""
        with self._lock:
            self._added.clear()

    def find(self, email: str, kid: str | None = None) -> ServiceAccount | None:
        """Return the account with this *email*; None if it is unknown.

        The key files are read again if they have changed and the account, or its key *kid*, is
        unknown.
        """
        account = self._combine(email)
        if account is None or (kid is not None and not account.find_keys(kid)):
            try:
                self._files.refresh()
            except KeyDirectoryError as error:
                logger.warning("a key file of a service account is ignored: %s", error)
            account = self._combine(email)
        return account

    def find_by_number(self, client_id: str) -> ServiceAccount | None:
        """Return the account with this unique number; None if it is unknown."""
        return next((account for account in self if account.client_id == client_id), None)

    def ensure_key(self, account: ServiceAccount) -> SigningKey:
        """Return the newest key of *account*; generate one if it has none."""
        if account.keys:
            return account.keys[-1]
        with self._lock:
            if not self._default.keys:  # the only account without a key
                self._default = replace(self._default, keys=(generate_account_key(),))
            return self._default.keys[-1]

    def _combine(self, email: str) -> ServiceAccount | None:
        """Return the account with the keys of all sources."""
        added = self._added.get(email)
        base = added or (self._default if email == self._default.email else None)
        keys: Mapping[str, tuple[AccountKey, ...]] = self._files.keys
        declared = keys.get(email, ())
        if not declared:
            return base
        own = () if base is None else base.keys
        number = declared[-1].client_id
        return ServiceAccount(email, number, (*(entry.key for entry in declared), *own))
