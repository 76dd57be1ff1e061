# DEV-ONLY: never ship to production.
"""A running issuer, from the probe's side: it mints, misbehaves on cue, and tells who came."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from jwt_core import base64url, strict_json

from token_issuer.config.variables import PREFIX
from token_issuer.errors import RemoteIssuerError
from token_issuer.paths import ATTACKER_PREFIX, KEY_PATHS
from token_issuer.probe.errors import ProbeError
from token_issuer.remote_issuer import fetch_json

_MAX_AGE_S: Final = 2


@dataclass(frozen=True, slots=True)
class MintedToken:
    """A token as the issuer gave it out.

    Attributes:
        token: The token itself.
        authorization: The values of `Authorization` that present it; several where the header
            field comes several times.
    """

    token: str
    authorization: tuple[str, ...]

    @property
    def claims(self) -> Mapping[str, object]:
        """What the token says; only for tokens without a defect."""
        return strict_json.decode_object(base64url.decode(self.token.split(".")[1]))


class IssuerClient:
    """The token issuer that the target trusts, over its HTTP surface.

    As a context manager it lets key documents be kept for two seconds only, so that the target soon
    fetches by itself, and resets that and all other faults at the end, whatever the end is.

    Attributes:
        url: Its base URL.
    """

    def __init__(
        self, url: str, *, secret: str | None = None, fields: Mapping[str, object] | None = None
    ) -> None:
        """Talk to the issuer at *url*.

        Args:
            url: Its base URL.
            secret: What its admin surface asks for; None for nothing.
            fields: Fields of `POST /token` that make a token good for the target, such as `aud`.
        """
        self.url = url.rstrip("/")
        self._secret = secret
        self._fields = dict(fields or {})

    def __enter__(self) -> Self:
        """Check that a token issuer answers, lets itself be controlled, and has no fault.

        Raises:
            RemoteIssuerError: there is none.
            ProbeError: it has no admin surface, or asks for another secret.
        """
        fetch_json(f"{self.url}/health")
        try:
            self._read_counts()
            self.reset_faults()
        except RemoteIssuerError as error:
            message = (
                f"the probe needs the admin surface of the issuer: {error}; start the issuer with "
                f"{PREFIX}ADMIN_TOKEN, and set it to the same value for the probe"
            )
            raise ProbeError(message) from error
        except BaseException as error:  # a signal: the issuer may have got the request
            self._clear_faults(error)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._clear_faults(error)

    def mint(self, **fields: object) -> MintedToken:
        """Return a token that is good for the target, but for what *fields* ask for.

        Args:
            fields: Fields of `POST /token`: `defect`, `sub`, `exp`, …; `claims` are added to those
                that each token has.

        Raises:
            RemoteIssuerError: the issuer refuses, or is gone.
        """
        merged = {**self._fields, **fields}
        claims = _merge(self._fields.get("claims"), fields.get("claims"))
        body = {**merged, "claims": claims} if claims else merged
        answer = fetch_json(f"{self.url}/token", post=json.dumps(body).encode())
        token = str(answer["access_token"])
        return MintedToken(token, tuple(answer.get("authorization") or (f"Bearer {token}",)))

    def rotate(
        self, mode: str = "graceful", *, lead: str = "0s", retention: str | None = None
    ) -> str:
        """Let a new key take over, and return its name.

        Args:
            mode: `graceful`, `emergency` or `sign-before-publish`.
            lead: How long it is published before it signs.
            retention: How long the old key stays published; by default as long as its tokens live.
        """
        body = {"mode": mode, "lead": lead} | ({"retention": retention} if retention else {})
        return str(self._ask("POST", "/admin/keys/rotate", body)["kid"])

    def set_faults(self, *faults: Mapping[str, object], max_age_s: int = _MAX_AGE_S) -> None:
        """Let the key endpoint misbehave in these ways, and in no others.

        Args:
            faults: As `PUT /admin/faults` takes them.
            max_age_s: For how long its documents may be kept meanwhile, in seconds.
        """
        lifetime = {"kind": "max-age", "max_age": max_age_s}
        self._ask("PUT", "/admin/faults", {"faults": [lifetime, *map(dict, faults)]})

    def reset_faults(self) -> None:
        """Let the key endpoint behave."""
        self.set_faults()

    def count_key_fetches(self) -> int:
        """Return how many requests for key documents the issuer has seen, whoever sent them."""
        counts = self._read_counts()
        return sum(counts.get(path, 0) for path in KEY_PATHS)

    def count_attacker_hits(self) -> int:
        """Return how many requests for the attacker's key documents the issuer has seen."""
        counts = self._read_counts()
        return sum(
            count for path, count in counts.items() if path.startswith(f"{ATTACKER_PREFIX}/")
        )

    def _clear_faults(self, error: BaseException | None) -> None:
        try:
            self._ask("DELETE", "/admin/faults")
        except RemoteIssuerError:
            if error is None:  # else that has more to say
                raise

    def _read_counts(self) -> Mapping[str, int]:
        counts: Mapping[str, int] = self._ask("GET", "/admin/requests?limit=0")["counts"]
        return counts

    def _ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        post = None if body is None else json.dumps(body).encode()
        return fetch_json(f"{self.url}{path}", method=method, post=post, secret=self._secret)


def _merge(*parts: object) -> dict[str, object]:
    return {
        name: value for part in parts if isinstance(part, Mapping) for name, value in part.items()
    }
