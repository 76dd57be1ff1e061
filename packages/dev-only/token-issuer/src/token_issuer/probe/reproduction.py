# DEV-ONLY: never ship to production.
"""Shell command lines that repeat the requests of a finding, with curl.

They contain no secret: they request tokens from the issuer.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Final

from token_issuer.paths import ADMIN_FAULTS_PATH, ADMIN_REQUESTS_PATH, ADMIN_ROTATE_PATH, TOKEN_PATH
from token_issuer.probe.baseline import REJECTED_CREDENTIALS
from token_issuer.probe.curl import JSON_FIELD, describe_call, describe_fault
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.key_endpoint.expiry import MAX_AGE, REMOVAL
from token_issuer.probe.key_endpoint.fault_cases import FAULT_CASES
from token_issuer.probe.key_endpoint.outage import OUTAGE
from token_issuer.probe.key_endpoint.rotation import OVERLAP, STALE
from token_issuer.probe.key_endpoint.unknown_kids import UNKNOWN_KIDS
from token_issuer.probe.target.client import Target
from token_issuer.probe.target.presentation import UnsendableError
from token_issuer.probe.tokens.attacker_fetches import ATTACKER_KEYS
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS

_PLACEHOLDER: Final = "~token~"
_MAX_LITERAL_BYTES: Final = 2000
_MAX_ARGUMENT_CHARACTERS: Final = 100_000  # a command may have 128 KiB in one argument, on Linux
_REFETCH: Final = "sleep 12"  # longer than verifiers usually keep a key set
_POINTER_DEFECT: Final = "jku"
_UNKNOWN_KID_DEFECT: Final = "kid-unknown"
_FAULTS: Final[Mapping[str, Mapping[str, object]]] = {
    **{case.id: case.fault for case in FAULT_CASES},
    OUTAGE: {"kind": "status", "status": 503},
    STALE: {"kind": "stale"},
}
_FAULT_DEFECTS: Final = {
    "keys-fault-redirect-other-host": "signature-wrong-key",
    "keys-fault-weak-key": "key-weak",
}
"""The defect of the token that must not be accepted during a fault."""
_NEW_KEY_FAULTS: Final = frozenset({STALE, *(case.id for case in FAULT_CASES if case.is_usable)})


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Builds the command lines for one target and its issuer."""

    target: Target
    issuer: IssuerClient

    def describe(self, check: str) -> str:
        """Return the command line that repeats the requests of the check with this id.

        Raises:
            RemoteIssuerError: the issuer cannot be reached.
        """
        if check in REJECTED_CREDENTIALS:
            return self._send_literally(REJECTED_CREDENTIALS[check])
        if check in TOKEN_DEFECTS:
            return self._describe_defect(check)
        if check == ATTACKER_KEYS:
            return "; ".join((self._describe_defect(_POINTER_DEFECT), self._list_requests()))
        return "; ".join(self._describe_keys(check))

    def _describe_defect(self, id_: str) -> str:
        minted = self.issuer.mint(defect=id_)
        if len(minted.token) > _MAX_ARGUMENT_CHARACTERS:
            issuer, target = quote(self.issuer.url), quote(self.target.url)
            return f"token-issuer probe {target} --issuer {issuer} --only {id_}"
        fault = TOKEN_DEFECTS[id_].fault
        steps = [describe_fault(self.issuer, {"kind": fault}), _REFETCH] if fault else []
        sent = self._send(minted.authorization, minted.token)
        return "; ".join((*steps, self._mint(defect=id_), sent))

    def _describe_keys(self, check: str) -> Sequence[str]:
        mint, send = self._mint(), self._send((f"Bearer {_PLACEHOLDER}",), _PLACEHOLDER)
        rotate = self._rotate()
        if check == UNKNOWN_KIDS:
            unknown = f"{self._mint(defect=_UNKNOWN_KID_DEFECT)}; {send}"
            return f"for i in $(seq 20); do {unknown}; done", self._list_requests()
        if check == MAX_AGE:
            return mint, f"for i in 1 2 3 4 5; do {send}; done", self._list_requests()
        if check == REMOVAL:
            return mint, send, self._rotate(retention="0s"), _REFETCH, send
        if check == OVERLAP:
            return mint, rotate, send
        if check not in _FAULTS:
            return rotate, mint, send
        token = self._mint(defect=_FAULT_DEFECTS[check]) if check in _FAULT_DEFECTS else mint
        new_key = (rotate,) if check in _NEW_KEY_FAULTS else ()
        fault = describe_fault(self.issuer, _FAULTS[check])
        return fault, *new_key, _REFETCH, token, send, self._call("DELETE", ADMIN_FAULTS_PATH)

    def _send(self, authorization: Sequence[str], token: str) -> str:
        """Send these credentials, with the variable `$TOKEN` in place of *token*."""
        try:
            fields = self.target.presentation.build_fields(authorization)
        except UnsendableError:  # good tokens, the only ones here, can be sent
            return ""
        quoted = [_quote_field(field, token.encode("utf-8", "surrogatepass")) for field in fields]
        url = quote(self.target.url)
        return " ".join(("curl -i", *(f"-H {field}" for field in quoted), url))

    def _send_literally(self, authorization: Sequence[str]) -> str:
        return self._send(authorization, "")

    def _mint(self, **fields: object) -> str:
        body = quote(json.dumps(self.issuer.merge_fields(fields)))
        url = quote(f"{self.issuer.url}{TOKEN_PATH}")
        return f"TOKEN=$(curl -sS -H 'Accept: text/plain' {JSON_FIELD} -d {body} {url})"

    def _rotate(self, **fields: str) -> str:
        return self._call("POST", ADMIN_ROTATE_PATH, {"lead": "0s", **fields})

    def _list_requests(self) -> str:
        return self._call("GET", f"{ADMIN_REQUESTS_PATH}?limit=0")

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> str:
        return describe_call(self.issuer, method, path, body)


def _quote_field(field: bytes, token: bytes) -> str:
    """Quote a header line for a shell, with the variable `$TOKEN` in place of *token*."""
    if not token or token not in field:
        return _quote_bytes(field[:_MAX_LITERAL_BYTES])
    return '"$TOKEN"'.join(_quote_bytes(part) if part else "" for part in field.split(token))


def _quote_bytes(data: bytes) -> str:
    text = data.decode("ascii", "replace")
    if text.isprintable() and text.encode("ascii", "replace") == data:
        return quote(text)
    return f"\"$(printf '{''.join(f'{chr(92)}{byte:03o}' for byte in data)}')\""
