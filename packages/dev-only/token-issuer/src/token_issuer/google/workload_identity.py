# DEV-ONLY: never ship to production.
"""Workload identity providers: the issuers whose tokens a workload may exchange.

Their public keys are read for each exchange, so a rotation is effective at once: from the memory of
an issuer of the same process, or over HTTP.

Spec: https://cloud.google.com/iam/docs/workload-identity-federation
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from jwt_core import (
    Algorithm,
    JwtError,
    KeySet,
    KeySetUnavailableError,
    VerificationPolicy,
    verify,
)

from token_issuer.errors import InvalidInputError
from token_issuer.google.key_fetching import fetch_keys
from token_issuer.google.machine_tokens import FEDERATED_PREFIX
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.tokens.issuer import Issuer

MAX_SUBJECT_CHARACTERS: Final = 127
_ALGORITHMS: Final = frozenset({Algorithm.RS256, Algorithm.ES256})
_MAX_LIFETIME: Final = timedelta(hours=24)


class WorkloadProvider(NamedTuple):
    """A workload identity provider.

    Attributes:
        name: Its full name, which is the audience of an exchange.
        issuer: The `iss` of its tokens.
        audiences: The accepted values of `aud`.
        read_keys: Returns its public keys, or raises a `KeySetUnavailableError`.
    """

    name: str
    issuer: str
    audiences: frozenset[str]
    read_keys: Callable[[], KeySet]

    def verify(self, token: str, now: datetime) -> str:
        """Return the principal that a subject *token* identifies.

        Raises:
            OAuthError: the token is invalid, or the keys cannot be read.
        """
        policy = VerificationPolicy(
            issuer=self.issuer,
            audience=self.audiences,
            algorithms=_ALGORITHMS,
            clock=lambda: now,
        )
        try:
            claims = verify(token, self.read_keys(), policy).claims
        except KeySetUnavailableError as error:
            message = f"Error connecting to the given credential's issuer. {error}"
            raise _reject(message) from error
        except JwtError as error:
            expected = (
                f"iss {self.issuer[:200]} and aud {' or '.join(sorted(self.audiences))[:300]}"
            )
            message = f"subject_token: {error}; the provider accepts {expected}"
            raise _reject(message) from error
        return f"{FEDERATED_PREFIX}{self._get_pool()}/subject/{_read_subject(claims)}"

    def _get_pool(self) -> str:
        return self.name.partition("/providers/")[0]


def build_workload_providers(
    tables: Mapping[str, Mapping[str, Any]],
    issuers: Iterable[Issuer],
    ca_files: Sequence[Path] = (),
) -> Mapping[str, WorkloadProvider]:
    """Return the providers by their full names.

    Args:
        tables: Their settings, as `parse_workload_identity` returns them.
        issuers: The issuers of the process.
        ca_files: Files of certificates that are trusted besides those of this machine.

    Raises:
        InvalidInputError: a table without a JWKS URL names no issuer of the process.
    """
    known = list(issuers)
    return {name: _build(name, table, known, ca_files) for name, table in tables.items()}


def _build(
    name: str, table: Mapping[str, Any], issuers: Iterable[Issuer], ca_files: Sequence[Path]
) -> WorkloadProvider:
    audiences = frozenset(table.get("audiences", (name, f"https:{name}")))
    wanted = table["issuer"]
    if (url := table.get("jwks_url")) is not None:
        return WorkloadProvider(name, wanted, audiences, partial(fetch_keys, url, ca_files))
    for issuer in issuers:
        if wanted in {issuer.name, issuer.identifier}:
            read_keys = partial(_read_published_keys, issuer)
            return WorkloadProvider(name, issuer.identifier, audiences, read_keys)
    message = (
        f"workload_identity.{name}.issuer: '{wanted[:80]}' is no issuer of this process; add the "
        "jwks_url of another one, or declare it in a table [issuers.NAME] of the profiles file"
    )
    raise InvalidInputError(message, "workload_identity")


def _read_published_keys(issuer: Issuer) -> KeySet:
    keys = issuer.keys.view.verification_keys
    if not keys:
        raise KeySetUnavailableError(issuer.identifier, "no key is published")
    return KeySet(keys)


def _read_subject(claims: Mapping[str, Any]) -> str:
    """Return the `sub` of a verified subject token.

    Raises:
        OAuthError: it is missing, or the token is valid for too long.
    """
    subject, issued_at = claims.get("sub"), claims.get("iat")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARACTERS:
        message = (
            f"subject_token: sub: expected text of at most {MAX_SUBJECT_CHARACTERS} characters"
        )
        raise _reject(message)
    if issued_at is None or claims["exp"] > issued_at + _MAX_LIFETIME.total_seconds():
        message = "subject_token: exp: expected at most 24 hours after iat, which must be present"
        raise _reject(message)
    return subject


def _reject(message: str) -> OAuthError:
    return OAuthError(ErrorCode.INVALID_GRANT, message, "subject_token")
