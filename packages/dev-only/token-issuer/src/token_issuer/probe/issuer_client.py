# DEV-ONLY: never ship to production.
"""Client of the issuer that the target trusts: its token endpoint and admin surface."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from jwt_core import base64url, strict_json

from token_issuer.config.declaration import PREFIX
from token_issuer.errors import ProbeError, RemoteIssuerError
from token_issuer.key_documents import find_key_document
from token_issuer.paths import (
    ADMIN_FAULTS_PATH,
    ADMIN_REQUESTS_PATH,
    ADMIN_ROTATE_PATH,
    ATTACKER_PREFIX,
    HEALTH_PATH,
    TOKEN_PATH,
)
from token_issuer.remote_issuer import fetch_json

_DEFAULT_MAX_AGE_S: Final = 2


@dataclass(frozen=True, slots=True)
class MintedToken:
    """A token as the issuer returned it.

    Attributes:
        token: The token itself.
        authorization: The values of `Authorization` that carry it; several if the header field
            is repeated.
    """

    token: str
    authorization: tuple[str, ...]

    @property
    def pointer(self) -> str | None:
        """The URL of keys that the header names in `jku` or `x5u`; None without one."""
        try:
            header = strict_json.decode_object(base64url.decode(self.token.split(".")[0]))
        except ValueError:  # some defects have no readable header
            return None
        url = header.get("jku") or header.get("x5u")
        return url if isinstance(url, str) else None

    @property
    def claims(self) -> Mapping[str, object]:
        """The claims of the token; valid only for tokens without a defect."""
        return strict_json.decode_object(base64url.decode(self.token.split(".")[1]))


class IssuerClient:
    """HTTP client for the token issuer that the target trusts.

    The context manager sets a max-age of 2 s on the key documents, so that the target soon fetches
    them again without a new `kid`. On exit, even after an error, it removes all faults.

    Attributes:
        url: Its base URL.
    """

    def __init__(
        self,
        url: str,
        *,
        secret: str | None = None,
        fields: Mapping[str, object] | None = None,
        ca_files: Sequence[Path] = (),
    ) -> None:
        """Create a client for the issuer at *url*.

        Args:
            url: Its base URL.
            secret: The bearer token of its admin surface; None if it needs none.
            fields: Fields of `POST /token` for tokens that the target accepts, such as `aud`.
            ca_files: Files of certificates that are trusted besides those of this machine.
        """
        self.url = url.rstrip("/")
        self._path = urlsplit(self.url).path
        self._secret = secret
        self._fields = dict(fields or {})
        self._ca_files = ca_files

    def __enter__(self) -> Self:
        """Connect to the issuer and its admin surface, and reset its faults.

        Raises:
            RemoteIssuerError: no token issuer responds at the URL.
            ProbeError: the admin surface is disabled, or needs another secret.
        """
        self.fetch(HEALTH_PATH)
        try:
            self._read_counts()
            self.reset_faults()
        except RemoteIssuerError as error:
            message = (
                f"the probe needs the admin surface of the issuer: {error}; start the issuer with "
                f"{PREFIX}ADMIN_TOKEN, and set it to the same value for the probe"
            )
            raise ProbeError(message) from error
        except BaseException as error:  # a signal: the issuer may have received the request
            self.clean_up(ADMIN_FAULTS_PATH, error)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clean_up(ADMIN_FAULTS_PATH, error)

    def mint(self, **fields: object) -> MintedToken:
        """Mint a token for the target.

        Args:
            fields: Fields of `POST /token` that override those of this client: `defect`, `sub`,
                `exp`, …; `claims` are merged.

        Raises:
            RemoteIssuerError: the issuer cannot be reached, or rejects the request.
        """
        body = json.dumps(self.merge_fields(fields)).encode()
        response = self.fetch(TOKEN_PATH, post=body)
        token = str(response["access_token"])
        return MintedToken(token, tuple(response.get("authorization") or (f"Bearer {token}",)))

    def fetch(self, path: str, **request: Any) -> dict[str, Any]:
        """Return the JSON object at *path*; see `fetch_json` for the other arguments.

        Raises:
            RemoteIssuerError: the issuer cannot be reached, or rejects the request.
        """
        return fetch_json(f"{self.url}{path}", ca_files=self._ca_files, **request)

    def merge_fields(self, fields: Mapping[str, object]) -> dict[str, object]:
        """Return the fields of a token request: those of this client, overridden by *fields*."""
        merged = {**self._fields, **fields}
        claims = _merge(self._fields.get("claims"), fields.get("claims"))
        return {**merged, "claims": claims} if claims else merged

    @property
    def needs_secret(self) -> bool:
        """Whether requests to the admin surface carry a secret."""
        return self._secret is not None

    def rotate(
        self, mode: str = "graceful", *, lead: str = "0s", retention: str | None = None
    ) -> str:
        """Rotate to a new signing key and return its kid.

        Args:
            mode: `graceful`, `emergency` or `sign-before-publish`.
            lead: How long the new key is published before it signs tokens.
            retention: How long the old key stays published; by default until its tokens expire.
        """
        body = {"mode": mode, "lead": lead} | ({"retention": retention} if retention else {})
        return str(self.call("POST", ADMIN_ROTATE_PATH, body)["kid"])

    def set_faults(
        self, *faults: Mapping[str, object], max_age_s: int = _DEFAULT_MAX_AGE_S
    ) -> None:
        """Replace the faults of the key endpoint.

        Args:
            faults: Entries of `PUT /admin/faults`.
            max_age_s: The max-age of the key documents, in seconds.
        """
        lifetime = {"kind": "max-age", "max_age": max_age_s}
        self.call("PUT", ADMIN_FAULTS_PATH, {"faults": [lifetime, *map(dict, faults)]})

    def reset_faults(self) -> None:
        """Remove all faults of the key endpoint except the short max-age."""
        self.set_faults()

    def count_key_fetches(self) -> int:
        """Count the requests for key documents that the issuer has received from any client."""
        return sum(count for path, count in self._read_counts() if find_key_document(path))

    def list_key_hosts(self) -> frozenset[str]:
        """Return the `Host` of the latest requests for key documents, from any client."""
        entries = self.call("GET", ADMIN_REQUESTS_PATH)["requests"]
        return frozenset(
            str(entry["host"])
            for entry in entries
            if find_key_document(self._find_endpoint(entry["path"])) and entry["host"]
        )

    def count_attacker_hits(self) -> int:
        """Count the requests for the attacker's key documents that the issuer has received."""
        return sum(
            count for path, count in self._read_counts() if path.startswith(f"{ATTACKER_PREFIX}/")
        )

    def clean_up(self, path: str, error: BaseException | None) -> None:
        """Send DELETE to *path* of the admin surface, at the end of a block that raised *error*.

        Raises:
            RemoteIssuerError: the issuer cannot be reached, and the block raised no error.
        """
        try:
            self.call("DELETE", path)
        except RemoteIssuerError:
            if error is None:  # the earlier error explains more
                raise

    def call(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """Send a request to the admin surface, and return the JSON object of its response.

        Raises:
            RemoteIssuerError: the issuer cannot be reached, or rejects the request.
        """
        post = None if body is None else json.dumps(body).encode()
        return self.fetch(path, method=method, post=post, secret=self._secret)

    def _read_counts(self) -> list[tuple[str, int]]:
        """Return the number of requests for each endpoint of the issuer."""
        counts = self.call("GET", f"{ADMIN_REQUESTS_PATH}?limit=0")["counts"]
        return [(self._find_endpoint(path), count) for path, count in counts.items()]

    def _find_endpoint(self, path: str) -> str:
        """Return the endpoint of a logged path, which begins with the path of the issuer.

        A gateway may have removed the start of the path in the URL of the issuer.
        """
        segments = self._path.split("/")[1:]
        prefixes = (
            "".join(f"/{each}" for each in segments[start:]) for start in range(len(segments))
        )
        prefix = next((each for each in prefixes if path.startswith(f"{each}/")), "")
        return path.removeprefix(prefix)


def _merge(*parts: object) -> dict[str, object]:
    return {
        name: value for part in parts if isinstance(part, Mapping) for name, value in part.items()
    }
