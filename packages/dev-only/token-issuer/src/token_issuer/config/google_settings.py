# DEV-ONLY: never ship to production.
"""The settings of Google's machines, which `Settings` extends."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from token_issuer.config.declaration import setting
from token_issuer.config.google_tables import parse_key_files, parse_workload_identity
from token_issuer.config.parsers import (
    ACCOUNT_DOMAIN,
    parse_account,
    parse_project,
    parse_project_number,
)

DEFAULT_PROJECT: Final = "dev-only-project"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleSettings:
    """The settings of the project, service accounts and workload identities."""

    google_project: str = setting(
        DEFAULT_PROJECT,
        parse_project,
        "id of the project at Google and Firebase, for the profile firebase and the metadata"
        " server",
        is_per_issuer=True,
    )
    google_project_number: str = setting(
        "123456789012",
        parse_project_number,
        "number of that project, for the profile iap and the metadata server",
        is_per_issuer=True,
    )
    google_account: str | None = setting(
        None,
        parse_account,
        "email address of the service account of the profile pubsub and the metadata server",
        default_note=f"dev-only@PROJECT{ACCOUNT_DOMAIN}",
        is_per_issuer=True,
    )
    service_accounts: tuple[Path, ...] = setting(
        (),
        parse_key_files,
        "key files of the service accounts that may get tokens, or directories of them,"
        " comma-separated; token-issuer make-service-account makes one",
        is_per_issuer=True,
    )
    workload_identity: Mapping[str, Any] = setting(
        {},
        parse_workload_identity,
        "the workload identity providers, whose tokens workloads exchange for those of Google,"
        " instead of the tables [workload_identity.NAME] of the profiles file",
        variable="",
        is_per_issuer=True,
    )

    @property
    def default_account(self) -> str:
        """The email address of the service account of the metadata server."""
        return self.google_account or f"dev-only@{self.google_project}{ACCOUNT_DOMAIN}"
