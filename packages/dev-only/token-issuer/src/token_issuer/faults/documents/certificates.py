# DEV-ONLY: never ship to production.
"""What the faults of a JWKS come to in the JSON object of certificates by `kid`."""

import json
from collections.abc import Callable, Sequence

from jwt_core import PrivateKey

from token_issuer.faults.documents.jwks import MANY_KEYS
from token_issuer.faults.kinds import FaultKind
from token_issuer.keys.certificates import certify
from token_issuer.keys.throwaway_keys import WEAK_KID, get_throwaway_key, get_weak_key
from token_issuer.timing.clock import read_system_clock

_Members = list[tuple[str, str]]  # not a dict: a name may come twice


def change_certificates(body: bytes, kinds: Sequence[FaultKind]) -> bytes:
    """Return the document with those of the faults *kinds* that certificates can have."""
    members = list(json.loads(body).items())
    for kind in kinds:
        if kind in _CHANGES:
            members = _CHANGES[kind](members)
    texts = (f"{json.dumps(kid)}:{json.dumps(certificate)}" for kid, certificate in members)
    return f"{{{','.join(texts)}}}".encode()


def _drop_members(_members: _Members) -> _Members:
    return []


def _add_many(members: _Members) -> _Members:
    certificate = _certify(get_throwaway_key())
    extra = [(f"extra-{number}", certificate) for number in range(MANY_KEYS - len(members))]
    return extra + members


def _duplicate_kids(members: _Members) -> _Members:
    certificate = _certify(get_throwaway_key())
    return [(kid, certificate) for kid, _ in members] + members


def _add_weak_key(members: _Members) -> _Members:
    return [(WEAK_KID, _certify(get_weak_key())), *members]


def _certify(key: PrivateKey) -> str:
    return certify(key, read_system_clock())


_CHANGES: dict[FaultKind, Callable[[_Members], _Members]] = {
    FaultKind.EMPTY: _drop_members,
    FaultKind.MANY: _add_many,
    FaultKind.DUPLICATE_KID: _duplicate_kids,
    FaultKind.WEAK_KEY: _add_weak_key,
}
