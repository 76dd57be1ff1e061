# DEV-ONLY: never ship to production.
"""Shell command lines that call the issuer with curl.

They contain no secret: they read the admin token from its environment variable.
"""

import json
from collections.abc import Mapping
from shlex import quote
from typing import Final

from token_issuer.config.declaration import PREFIX
from token_issuer.paths import ADMIN_FAULTS_PATH
from token_issuer.probe.issuer_client import IssuerClient

JSON_FIELD: Final = "-H 'Content-Type: application/json'"
_MAX_AGE_S: Final = 2


def describe_call(
    issuer: IssuerClient, method: str, path: str, body: Mapping[str, object] | None = None
) -> str:
    """Return the command line that calls the admin surface of *issuer*."""
    parts = [f"curl -sS -X {method}"]
    if issuer.needs_secret:
        parts.append(f'-H "Authorization: Bearer ${PREFIX}ADMIN_TOKEN"')
    if body is not None:
        parts += [JSON_FIELD, f"-d {quote(json.dumps(body))}"]
    return " ".join((*parts, quote(f"{issuer.url}{path}")))


def describe_fault(issuer: IssuerClient, fault: Mapping[str, object]) -> str:
    """Return the command line that sets a fault of the key endpoint."""
    lifetime = {"kind": "max-age", "max_age": _MAX_AGE_S}
    return describe_call(issuer, "PUT", ADMIN_FAULTS_PATH, {"faults": [lifetime, dict(fault)]})
