# DEV-ONLY: never ship to production.
"""The faults of the key endpoint that a target has to survive, the most telling ones first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from token_issuer.keys.throwaway_keys import ENCRYPTION_KID, EXPOSED_KID
from token_issuer.probe.key_endpoint.false_tokens import (
    FalseToken,
    mint_defect,
    sign_with_extra_key,
)
from token_issuer.probe.key_endpoint.weakness import (
    ACCEPTS_ENCRYPTION_KEYS,
    ACCEPTS_EXPOSED_KEYS,
    ACCEPTS_WEAK_KEYS,
    LEAVES_ITS_HOST,
)

PREFIX: Final = "keys-fault-"
DRIP_INTERVAL_S: Final = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A fault, and what a target may do about it.

    A target that cannot read what it fetches keeps the last good set, or else refuses cleanly
    (4xx, or 503) until the fault has passed: both are allowed here, `keys-outage` tells them apart.

    Attributes:
        name: What the check is called, after `PREFIX`.
        title: It in a few words.
        fault: As `PUT /admin/faults` takes it.
        is_endless: It is to outlast what a fetch may take, however long the document is.
        is_usable: The document is good but for what has to be ignored in it, so that a new key in
            it must be picked up.
        false_tokens: What must not count, meanwhile least of all.
    """

    name: str
    title: str
    fault: Mapping[str, Any]
    is_endless: bool = False
    is_usable: bool = False
    false_tokens: tuple[FalseToken, ...] = ()

    @property
    def id(self) -> str:
        """The id of the check."""
        return f"{PREFIX}{self.name}"


_ATTACKER: Final = FalseToken(make=mint_defect("signature-wrong-key"), weakness=LEAVES_ITS_HOST)
_WEAK: Final = FalseToken(make=mint_defect("key-weak"), weakness=ACCEPTS_WEAK_KEYS)
_ENCRYPTION: Final = FalseToken(
    make=sign_with_extra_key(ENCRYPTION_KID), weakness=ACCEPTS_ENCRYPTION_KEYS
)
_EXPOSED: Final = FalseToken(make=sign_with_extra_key(EXPOSED_KID), weakness=ACCEPTS_EXPOSED_KEYS)
# The issuer published both keys: which of them counts, if any, no specification says.
_NAMESAKE: Final = FalseToken(make=sign_with_extra_key(), weakness=None)

CASES: Final = (
    Case(
        name="redirect-other-host",
        title="a redirect to another host",
        fault={"kind": "redirect", "to": "other-host"},
        false_tokens=(_ATTACKER,),
    ),
    Case(name="malformed", title="a document that is not JSON", fault={"kind": "malformed"}),
    Case(name="truncated", title="a document that is cut short", fault={"kind": "truncated"}),
    Case(
        name="weak-key",
        title="an RSA key of 1024 bits beside good ones",
        fault={"kind": "weak-key"},
        false_tokens=(_WEAK,),
    ),
    Case(
        name="enc-keys",
        title="keys for encryption beside good ones",
        fault={"kind": "enc-keys"},
        is_usable=True,
        false_tokens=(_ENCRYPTION,),
    ),
    Case(
        name="unknown-kty",
        title="a key of unknown type beside good ones",
        fault={"kind": "unknown-kty"},
        is_usable=True,
    ),
    Case(
        name="duplicate-kid",
        title="two keys of one kid",
        fault={"kind": "duplicate-kid"},
        false_tokens=(_NAMESAKE,),
    ),
    Case(name="empty", title="a key set without keys", fault={"kind": "empty"}),
    Case(name="huge", title="a document of 10 MB", fault={"kind": "huge"}),
    Case(name="many", title="a key set of 1,000 keys", fault={"kind": "many"}),
    Case(
        name="private-members",
        title="a key with its private members",
        fault={"kind": "private-members"},
        false_tokens=(_EXPOSED,),
    ),
    Case(name="content-type", title="another content type", fault={"kind": "content-type"}),
    Case(
        name="redirect-same-host",
        title="a redirect on the same host",
        fault={"kind": "redirect", "to": "same-host"},
    ),
    Case(
        name="redirect-loop",
        title="redirects in a circle",
        fault={"kind": "redirect", "to": "loop"},
    ),
    Case(
        name="drip",
        title="a document that trickles for longer than a fetch may take",
        fault={"kind": "drip", "interval": DRIP_INTERVAL_S},
        is_endless=True,
    ),
    Case(
        name="delay",
        title="an answer that takes 1 s",
        fault={"kind": "delay", "delay": "1s"},
    ),
)
