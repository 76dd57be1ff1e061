# DEV-ONLY: never ship to production.
"""The metadata of a virtual machine at Google, as its metadata server gives it.

The metadata is a tree. A directory lists its members, or contains them all if the request is
recursive; the two members `identity` and `token` of a service account are computed on request.

Spec: https://cloud.google.com/compute/docs/metadata/querying-metadata
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from token_issuer.config.settings import Settings
from token_issuer.errors import InvalidInputError
from token_issuer.google.id_tokens import (
    MAX_AUDIENCE_CHARACTERS,
    is_audience,
    issue_machine_id_token,
)
from token_issuer.google.machine_tokens import MachineToken, issue_machine_token
from token_issuer.google.service_accounts import ServiceAccount
from token_issuer.oauth.state import ProviderState
from token_issuer.paths import METADATA_PREFIX
from token_issuer.tokens.issuer import Issuer

UNIVERSE: Final = "googleapis.com"
DEFAULT_SCOPES: Final = (
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/userinfo.email",
)
"""The scopes of the service account."""
MAX_SCOPES: Final = 50
_SCOPE: Final = re.compile(r"[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,200}")  # RFC 6749 §3.3, no comma
_ZONE: Final = "us-central1-a"
_INSTANCE_ID: Final = "1000000000000000001"
_INSTANCE_NAME: Final = "dev-only"
_CREATED_AT: Final = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
_LICENSE: Final = "1000000000000000002"


class AccountEndpoint(StrEnum):
    """The members of a service account whose values are computed on request."""

    IDENTITY = "identity"
    TOKEN = "token"  # noqa: S105  # a name, not a secret


Node = Mapping[str, Any] | tuple[str, ...] | str | AccountEndpoint
"""A directory, the lines of a value, or a value."""


def describe_machine(settings: Settings, account: ServiceAccount) -> Mapping[str, Node]:
    """Return the tree below `/computeMetadata/v1/`."""
    described = {
        "aliases": ("default",),
        "email": account.email,
        "identity": AccountEndpoint.IDENTITY,
        "scopes": DEFAULT_SCOPES,
        "token": AccountEndpoint.TOKEN,
    }
    return {
        "instance": {
            "attributes": {},
            "hostname": f"{_INSTANCE_NAME}.c.{settings.google_project}.internal",
            "id": _INSTANCE_ID,
            "name": _INSTANCE_NAME,
            "service-accounts": {"default": described, account.email: described},
            "zone": f"projects/{settings.google_project_number}/zones/{_ZONE}",
        },
        "project": {
            "attributes": {},
            "numeric-project-id": settings.google_project_number,
            "project-id": settings.google_project,
        },
        "universe": {"universe-domain": UNIVERSE, "universe_domain": UNIVERSE},
    }


def find_node(tree: Mapping[str, Node], segments: tuple[str, ...]) -> Node:
    """Return the node of *tree* whose path has these *segments*.

    Raises:
        LookupError: there is none; the message names what exists beside it.
    """
    node: Node = tree
    for number, segment in enumerate(segments):
        if not isinstance(node, Mapping) or segment not in node:
            known = ", ".join(node) if isinstance(node, Mapping) else ""
            parent = "/".join((METADATA_PREFIX, *segments[:number]))[:200]
            message = f"no metadata is named {segment[:80]}; {parent}/ has: {known or 'nothing'}"
            raise LookupError(message)
        node = node[segment]
    return node


def list_members(directory: Mapping[str, Node]) -> str:
    """Return the names of the members of a directory, one a line; those of directories end in /."""
    lines = (
        f"{name}/\n" if isinstance(node, Mapping) else f"{name}\n"
        for name, node in directory.items()
    )
    return "".join(lines)


def collect_members(node: Node) -> Any:
    """Return the JSON value of a node and all nodes below it, with names in camel case."""
    if not isinstance(node, Mapping):
        return list(node) if isinstance(node, tuple) else node
    return {
        _convert_name(name): collect_members(member)
        for name, member in node.items()
        if not isinstance(member, AccountEndpoint)
    }


def issue_account_token(
    state: ProviderState, account: ServiceAccount, scopes: str | None, now: datetime
) -> MachineToken:
    """Return an access token of *account*.

    Args:
        state: The state of the provider.
        account: The account.
        scopes: The scopes, separated by commas; by default those of the account.
        now: The time of the request.

    Raises:
        InvalidInputError: a scope is invalid.
    """
    names = DEFAULT_SCOPES if scopes is None else tuple(filter(None, scopes.split(",")))
    if not 0 < len(names) <= MAX_SCOPES or not all(map(_SCOPE.fullmatch, names)):
        message = f"scopes: expected 1 to {MAX_SCOPES} scopes, separated by commas"
        raise InvalidInputError(message, "scopes")
    return issue_machine_token(state, account.email, names, now)


def issue_identity_token(
    issuer: Issuer, account: ServiceAccount, parameters: Mapping[str, str], now: datetime
) -> str:
    """Return an ID token of *account* for the service that *parameters* name.

    Args:
        issuer: The issuer, whose keys sign the token.
        account: The account.
        parameters: `audience`, `format` (`standard` or `full`, which describes the machine) and
            `licenses` (`TRUE` or `FALSE`).
        now: The time of the request.

    Raises:
        InvalidInputError: a parameter is missing or invalid.

    Spec: https://cloud.google.com/compute/docs/instances/verifying-instance-identity
    """
    audience = parameters.get("audience", "")
    if not audience.strip():
        message = (
            "audience: missing; name the service that the token is for, as "
            "identity?audience=https://service.example.com"
        )
        raise InvalidInputError(message, "audience")
    if not is_audience(audience):
        message = f"audience: expected at most {MAX_AUDIENCE_CHARACTERS} characters"
        raise InvalidInputError(message, "audience")
    is_full = _choose(parameters, "format", ("standard", "full")) == "full"
    has_licenses = _choose(parameters, "licenses", ("FALSE", "TRUE")) == "TRUE"
    claims = _describe_instance(issuer.settings, has_licenses=has_licenses) if is_full else {}
    return issue_machine_id_token(issuer, account, audience, now, claims=claims)


def _describe_instance(settings: Settings, *, has_licenses: bool) -> dict[str, Any]:
    instance = {
        "project_id": settings.google_project,
        "project_number": int(settings.google_project_number),
        "zone": _ZONE,
        "instance_id": _INSTANCE_ID,
        "instance_name": _INSTANCE_NAME,
        "instance_creation_timestamp": _CREATED_AT,
        **({"license_id": [_LICENSE]} if has_licenses else {}),
    }
    return {"google": {"compute_engine": instance}}


def _choose(parameters: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """Return the value of a parameter, by default the first of *choices*, in their case."""
    value = parameters.get(name, choices[0])
    for choice in choices:
        if value.lower() == choice.lower():
            return choice
    message = f"{name}: {value[:40]!r} is invalid; expected {' or '.join(choices)}"
    raise InvalidInputError(message, name)


def _convert_name(name: str) -> str:
    if "@" in name:
        return name
    first, *others = name.split("-")
    return first + "".join(map(str.title, others))
