# DEV-ONLY: never ship to production.
"""The faults of the key endpoint that a target has to survive, the most telling ones first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from token_issuer.probe.keys.weakness import (
    ACCEPTS_ENCRYPTION_KEYS,
    ACCEPTS_WEAK_KEYS,
    LEAVES_ITS_HOST,
    Weakness,
)

PREFIX = "keys-fault-"


@dataclass(frozen=True, kw_only=True, slots=True)
class FalseToken:
    """A token that only a careless reading of the faulty document lets count.

    Attributes:
        fields: The fields of `POST /token` that make it.
        weakness: What it comes to when it counts.
    """

    fields: Mapping[str, Any]
    weakness: Weakness


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A fault, and what a target may do about it.

    A target that cannot read what it fetches keeps the last good set, or else refuses cleanly
    (4xx, or 503) until the fault has passed: both are allowed here, `keys-outage` tells them apart.

    Attributes:
        name: What the check is called, after `PREFIX`.
        title: It in a few words.
        fault: As `PUT /admin/faults` takes it.
        is_usable: The document is good but for what has to be ignored in it, so that a new key in
            it must be picked up.
        false_tokens: What must not count, meanwhile least of all.
    """

    name: str
    title: str
    fault: Mapping[str, Any]
    is_usable: bool = False
    false_tokens: tuple[FalseToken, ...] = field(default=())

    @property
    def id(self) -> str:
        """The id of the check."""
        return f"{PREFIX}{self.name}"


_ATTACKER = FalseToken(fields={"defect": "jku"}, weakness=LEAVES_ITS_HOST)
_ENCRYPTION = FalseToken(fields={"kid": "enc-key"}, weakness=ACCEPTS_ENCRYPTION_KEYS)
_WEAK = FalseToken(fields={"defect": "key-weak"}, weakness=ACCEPTS_WEAK_KEYS)

CASES = (
    Case(
        name="redirect-other-host",
        title="a redirect to another host",
        fault={"kind": "redirect", "to": "other-host"},
        false_tokens=(_ATTACKER,),
    ),
    Case(name="malformed", title="a document that is not JSON", fault={"kind": "malformed"}),
    Case(name="truncated", title="a document that is cut short", fault={"kind": "truncated"}),
    Case(
        name="drip",
        title="a document that trickles for longer than a fetch may take",
        fault={"kind": "drip", "chunk": 16, "interval": "200ms"},
    ),
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
    Case(name="duplicate-kid", title="two keys of one kid", fault={"kind": "duplicate-kid"}),
    Case(name="empty", title="a key set without keys", fault={"kind": "empty"}),
    Case(name="huge", title="a document of 10 MB", fault={"kind": "huge"}),
    Case(name="many", title="a key set of 1,000 keys", fault={"kind": "many"}),
    Case(
        name="private-members",
        title="keys with their private members",
        fault={"kind": "private-members"},
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
        name="delay",
        title="an answer that takes 2 s",
        fault={"kind": "delay", "delay": "2s"},
    ),
)
