# DEV-ONLY: never ship to production.
"""Which faults are on, for how much longer, and which of them strike a request.

Time here is that of the machine, and monotonic: who waits for a fault to end waits real seconds,
and a clock that is turned must not end it.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from token_issuer.errors import InvalidInputError
from token_issuer.faults.fault import MAX_FAULTS, Fault
from token_issuer.faults.kinds import (
    DOCUMENT_KINDS,
    JWKS_KINDS,
    REFUSAL_KINDS,
    THROWAWAY_KINDS,
    FaultKind,
    find_slot,
)
from token_issuer.keys.service import KeyService
from token_issuer.keys.throwaway_keys import get_throwaway_key, get_weak_key
from token_issuer.keys.view import Document
from token_issuer.paths import CERTIFICATES_PATH, JWKS_PATHS


class FaultState(Struct, frozen=True, kw_only=True):
    """A fault that was set, and what became of it."""

    fault: Fault
    struck: Annotated[int, Meta(ge=0, description="How many requests it has struck.")]
    is_over: Annotated[bool, Meta(description="Whether it strikes no longer.")]
    requests_left: Annotated[int, Meta(ge=0, description="null: no limit.")] | None
    seconds_left: Annotated[float, Meta(ge=0, description="null: no limit.")] | None


@dataclass(frozen=True, slots=True)
class ActiveFaults:
    """The faults that strike one request.

    Attributes:
        path: The key document that was asked for, as the router spells it.
        faults: At most one of a kind.
        stale_documents: By path, the documents as they were when the faults were set; empty where
            no fault asks for them.
    """

    path: str
    faults: tuple[Fault, ...]
    stale_documents: Mapping[str, Document]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the faults."""
        return tuple(fault.kind for fault in self.faults)

    def find(self, *kinds: FaultKind) -> Fault | None:
        """Return the first fault of these kinds, if there is one."""
        return next((fault for fault in self.faults if fault.kind in kinds), None)


class _Entry:
    """A fault that was set, with its count and its end."""

    def __init__(self, fault: Fault, now_s: float) -> None:
        self.fault = fault
        self.struck = 0
        duration_s = fault.read_seconds("for", 0)
        self._end_s = now_s + duration_s if duration_s else None

    def describe(self, now_s: float) -> FaultState:
        total = self.fault.requests
        requests_left = None if total is None else total - self.struck
        seconds_left = None if self._end_s is None else max(self._end_s - now_s, 0.0)
        return FaultState(
            fault=self.fault,
            struck=self.struck,
            is_over=0 in {requests_left, seconds_left},
            requests_left=requests_left,
            seconds_left=seconds_left,
        )

    def strikes(self, path: str, now_s: float) -> bool:
        """Tell whether a request for *path* is struck, were it for this fault alone."""
        if path not in (self.fault.paths or (path,)):
            return False
        if path == CERTIFICATES_PATH and self.fault.kind in JWKS_KINDS:
            return False
        return not self.describe(now_s).is_over


class FaultRegistry:
    """The faults that are on. Safe to use from several threads."""

    def __init__(self, keys: KeyService, clock: Callable[[], float] = time.monotonic) -> None:
        """Let the stale document be one of *keys*; *clock* tells seconds that only go forward."""
        self._keys = keys
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: tuple[_Entry, ...] = ()
        self._stale_documents: Mapping[str, Document] = {}

    @property
    def is_empty(self) -> bool:
        """Whether no fault is set, as goes for nearly all requests."""
        return not self._entries

    def set(self, *faults: Fault | Mapping[str, Any]) -> list[FaultState]:
        """Put *faults* in the place of those that are on.

        They strike together. Of faults that exclude each other, such as two of one kind, the first
        that is not over strikes: the next one takes over from it.

        Raises:
            InvalidInputError: a fault is wrong; those that were on stay on.
        """
        checked = read_faults(faults)
        kinds = {fault.kind for fault in checked}
        _prepare_keys(kinds)
        documents = self._remember_documents() if FaultKind.STALE in kinds else {}
        with self._lock:
            now_s = self._clock()
            self._entries = tuple(_Entry(fault, now_s) for fault in checked)
            self._stale_documents = documents
        return self.list()

    def list(self) -> list[FaultState]:
        """Return what was set, over or not, and how often each has struck."""
        with self._lock:
            now_s = self._clock()
            return [entry.describe(now_s) for entry in self._entries]

    def reset(self) -> None:
        """Let the key endpoints behave."""
        with self._lock:
            self._entries, self._stale_documents = (), {}

    def claim(self, path: str, *, is_redirected: bool = False) -> ActiveFaults | None:
        """Return what strikes a request, and count it; None where nothing does.

        Args:
            path: The key document that is asked for.
            is_redirected: Whether a redirect to the same host led there: one is enough.
        """
        with self._lock:
            now_s = self._clock()
            chosen: dict[frozenset[FaultKind], _Entry] = {}
            for entry in self._entries:
                if entry.fault.kind == FaultKind.REDIRECT and is_redirected:
                    continue
                if entry.strikes(path, now_s):
                    chosen.setdefault(find_slot(FaultKind(entry.fault.kind)), entry)
            if REFUSAL_KINDS in chosen:  # there is no document then
                for kind in DOCUMENT_KINDS:
                    chosen.pop(find_slot(kind), None)
            for entry in chosen.values():
                entry.struck += 1
            faults = tuple(entry.fault for entry in chosen.values())
            return ActiveFaults(path, faults, self._stale_documents) if faults else None

    def _remember_documents(self) -> Mapping[str, Document]:
        """Keep what is published now: documents, not keys."""
        view = self._keys.view
        return {CERTIFICATES_PATH: view.certificates, **dict.fromkeys(JWKS_PATHS, view.jwks)}


def read_faults(faults: tuple[Fault | Mapping[str, Any], ...]) -> list[Fault]:
    """Check *faults*, from JSON or from Python, where a time may be a `timedelta`.

    Raises:
        InvalidInputError: a fault is wrong, or there are too many.
    """
    if len(faults) > MAX_FAULTS:
        message = f"faults: expected at most {MAX_FAULTS}, not {len(faults)}"
        raise InvalidInputError(message, "faults")
    try:
        return msgspec.convert(msgspec.to_builtins([*map(_encode_times, faults)]), list[Fault])
    except (msgspec.ValidationError, TypeError) as error:
        message = f"faults: {error}"
        raise InvalidInputError(message, "faults") from error


def _encode_times(fault: Fault | Mapping[str, Any]) -> Fault | Mapping[str, Any]:
    """Replace each `timedelta` by its seconds, as JSON states it."""
    if not isinstance(fault, Mapping):
        return fault
    return {
        name: value.total_seconds() if isinstance(value, timedelta) else value
        for name, value in fault.items()
    }


def _prepare_keys(kinds: set[str]) -> None:
    """Make the keys that *kinds* show: it takes too long for a request to wait for it."""
    if FaultKind.WEAK_KEY in kinds:
        get_weak_key()
    if not kinds.isdisjoint(THROWAWAY_KINDS):
        get_throwaway_key()
