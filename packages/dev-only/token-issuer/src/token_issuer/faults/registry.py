# DEV-ONLY: never ship to production.
"""Fault registry: the faults that are set, how long they last, and the requests they affect.

A fault changes the document (`faults.documents`), the status and header fields
(`web.faults.responses`) or the bytes on the wire (`web.faults.transport`).

Faults last by a monotonic clock, not the simulated one: a test that waits for a fault to end waits
in real time, and changing the simulated clock must not end a fault.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from token_issuer.errors import InvalidInputError, suggest_names
from token_issuer.faults.documents.change import change_document
from token_issuer.faults.fault import MAX_FAULTS, Fault
from token_issuer.faults.kinds import (
    DOCUMENT_KINDS,
    JWKS_ONLY_KINDS,
    REPLACEMENT_KINDS,
    THROWAWAY_KEY_KINDS,
    FaultKind,
    find_exclusive_kinds,
)
from token_issuer.key_documents import KEY_DOCUMENTS, Format, find_key_document
from token_issuer.keys.documents import Document
from token_issuer.keys.service import KeyService
from token_issuer.keys.throwaway_keys import get_throwaway_key, get_weak_key
from token_issuer.timing.elapsed import read_elapsed_s


class FaultState(Struct, frozen=True, kw_only=True):
    """A fault that was set, and how far it has progressed."""

    number: Annotated[int, Meta(ge=1, description="Consecutive, also after faults are removed.")]
    fault: Fault
    struck: Annotated[int, Meta(ge=0, description="The number of requests it has affected.")]
    is_over: Annotated[bool, Meta(description="Whether it has ended.")]
    requests_left: Annotated[int, Meta(ge=0, description="null: no limit.")] | None
    seconds_left: Annotated[float, Meta(ge=0, description="null: no limit.")] | None


@dataclass(frozen=True, slots=True)
class ActiveFaults:
    """The faults that affect one request.

    Attributes:
        path: The path of the endpoint.
        faults: The faults, at most one of each kind.
        snapshot: The key documents of the issuer by path at the time when `stale` was set; empty
            without it.
        set_at: When the faults were set, by the system clock.
    """

    path: str
    faults: tuple[Fault, ...]
    snapshot: Mapping[str, Document]
    set_at: datetime

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the faults."""
        return tuple(fault.kind for fault in self.faults)

    def find(self, *kinds: FaultKind) -> Fault | None:
        """Return the first fault of one of *kinds*; None if there is none."""
        return next((fault for fault in self.faults if fault.kind in kinds), None)

    def change_document(self, document: Document) -> Document:
        """Return *document* with the document faults applied."""
        original = (
            self.snapshot.get(self.path, document) if self.find(FaultKind.STALE) else document
        )
        return change_document(original, _get_format(self.path), self.kinds, self.set_at)


class _SetFault:
    """A fault that was set, the number of requests it has affected, and when it ends."""

    def __init__(self, number: int, fault: Fault, now_s: float) -> None:
        self.number = number
        self.fault = fault
        self.request_count = 0
        duration_s = fault.read_seconds("for", 0)
        self._end_s = now_s + duration_s if duration_s else None

    def describe(self, now_s: float) -> FaultState:
        total = self.fault.requests
        requests_left = None if total is None else total - self.request_count
        seconds_left = None if self._end_s is None else max(self._end_s - now_s, 0.0)
        return FaultState(
            number=self.number,
            fault=self.fault,
            struck=self.request_count,
            is_over=0 in {requests_left, seconds_left},
            requests_left=requests_left,
            seconds_left=seconds_left,
        )

    def strikes(self, path: str, now_s: float) -> bool:
        """Tell whether the fault affects a request for *path*, apart from other faults."""
        if path not in self.fault.affected_paths:
            return False
        if self.fault.kind in JWKS_ONLY_KINDS and _get_format(path) is not Format.JWKS:
            return False
        return not self.describe(now_s).is_over


class FaultRegistry:
    """The faults of an issuer's endpoints. Safe to use from several threads."""

    def __init__(self, keys: KeyService, clock: Callable[[], float] = read_elapsed_s) -> None:
        """Start without faults.

        Args:
            keys: The keys of the issuer. The fault `stale` keeps serving their earlier documents.
            clock: A monotonic clock, in seconds.
        """
        self._keys = keys
        self._clock = clock
        self._lock = threading.Lock()
        self._faults: tuple[_SetFault, ...] = ()
        self._number = 0  # of the fault that was set last
        self._paths: frozenset[str] = frozenset()
        self._snapshot: Mapping[str, Document] = {}
        self._set_at = keys.clock()

    @property
    def paths(self) -> frozenset[str]:
        """The paths for which a fault is set, even if it has ended."""
        return self._paths

    def set(self, *faults: Fault | Mapping[str, Any]) -> list[FaultState]:
        """Replace the faults that are set by *faults*, and return their states.

        All of them are active at the same time. If faults exclude each other, such as two of one
        kind, only the first one that has not ended is active.

        Raises:
            InvalidInputError: a fault is invalid; the faults that were set stay.
        """
        checked = read_faults(faults)
        kinds = {fault.kind for fault in checked}
        _generate_keys(kinds)
        snapshot = self._take_snapshot() if FaultKind.STALE in kinds else {}
        with self._lock:
            self._faults = ()
            self._append(checked)
            self._snapshot, self._set_at = snapshot, self._keys.clock()
        return self.list()

    def add(self, fault: Fault | Mapping[str, Any]) -> list[FaultState]:
        """Add *fault*, and return the states of all faults.

        The faults that have not ended keep what they have progressed; those that have are removed.

        Raises:
            InvalidInputError: the fault is invalid, or one more than 50.
        """
        (checked,) = read_faults((fault,))
        _generate_keys({checked.kind})
        snapshot = self._take_snapshot() if checked.kind == FaultKind.STALE else {}
        with self._lock:
            now_s = self._clock()
            active = tuple(each for each in self._faults if not each.describe(now_s).is_over)
            if len(active) == MAX_FAULTS:
                message = f"faults: expected at most {MAX_FAULTS}; remove one before you add one"
                raise InvalidInputError(message, "faults")
            if all(each.fault.kind != FaultKind.STALE for each in active):
                self._snapshot = snapshot
            if not active:
                self._set_at = self._keys.clock()
            self._faults = active
            self._append([checked])
        return self.list()

    def remove(self, number: int) -> list[FaultState]:
        """Remove the fault with this *number*, and return the states of the others.

        Raises:
            InvalidInputError: no fault has this number.
        """
        with self._lock:
            others = tuple(each for each in self._faults if each.number != number)
            if len(others) == len(self._faults):
                message = f"number: no fault has the number {number}; GET /admin/faults lists them"
                raise InvalidInputError(message, "number")
            self._faults = others
            self._append([])
        return self.list()

    def list(self) -> list[FaultState]:
        """Return the state of each fault that was set, including those that have ended."""
        with self._lock:
            now_s = self._clock()
            return [fault.describe(now_s) for fault in self._faults]

    def reset(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._faults, self._paths, self._snapshot = (), frozenset(), {}

    def strike(self, path: str, *, is_redirected: bool = False) -> ActiveFaults | None:
        """Count a request, and return the faults that affect it; None if there are none.

        Args:
            path: The path of the requested endpoint.
            is_redirected: Whether the request follows a redirect fault to the same host, and must
                not be redirected again.
        """
        with self._lock:
            now_s = self._clock()
            active: dict[frozenset[FaultKind], _SetFault] = {}
            for candidate in self._faults:
                if candidate.fault.kind == FaultKind.REDIRECT and is_redirected:
                    continue
                if candidate.strikes(path, now_s):
                    kinds = find_exclusive_kinds(FaultKind(candidate.fault.kind))
                    active.setdefault(kinds, candidate)
            if REPLACEMENT_KINDS in active:  # the response holds no document to change
                for kind in DOCUMENT_KINDS:
                    active.pop(find_exclusive_kinds(kind), None)
            for fault in active.values():
                fault.request_count += 1
            faults = tuple(fault.fault for fault in active.values())
            return ActiveFaults(path, faults, self._snapshot, self._set_at) if faults else None

    def _append(self, faults: Sequence[Fault]) -> None:
        now_s = self._clock()
        numbered = enumerate(faults, start=self._number + 1)
        self._faults += tuple(_SetFault(number, fault, now_s) for number, fault in numbered)
        self._number += len(faults)
        self._paths = frozenset(path for each in self._faults for path in each.fault.affected_paths)

    def _take_snapshot(self) -> Mapping[str, Document]:
        view = self._keys.view
        return {
            document.path: view.get_document(document.format, document.algorithm)
            for document in KEY_DOCUMENTS
            # A missing key is generated for the first request, and the keys of accounts stay.
            if document.algorithm in {None, *view.signers} and not document.is_of_account
        }


def _get_format(path: str) -> Format:
    document = find_key_document(path)
    return Format.JWKS if document is None else document.format


def read_faults(faults: tuple[Fault | Mapping[str, Any], ...]) -> list[Fault]:
    """Return *faults*, from JSON or Python, as valid objects; a duration may be a `timedelta`.

    Raises:
        InvalidInputError: a fault is invalid, or there are more than 50.
    """
    if len(faults) > MAX_FAULTS:
        message = f"faults: expected at most {MAX_FAULTS}, not {len(faults)}"
        raise InvalidInputError(message, "faults")
    try:
        objects = msgspec.to_builtins([*map(_encode_durations, faults)])
        for fault in objects:
            _check_option_names(fault)
        return msgspec.convert(objects, list[Fault])
    except (msgspec.ValidationError, TypeError) as error:
        message = f"faults: {error}"
        raise InvalidInputError(message, "faults") from error


def _encode_durations(fault: Fault | Mapping[str, Any]) -> Fault | Mapping[str, Any]:
    """Replace each `timedelta` by its number of seconds."""
    if not isinstance(fault, Mapping):
        return fault
    return {
        name: value.total_seconds() if isinstance(value, timedelta) else value
        for name, value in fault.items()
    }


def _check_option_names(fault: object) -> None:
    known = Fault.__struct_encode_fields__
    unknown = [name for name in fault if name not in known] if isinstance(fault, Mapping) else []
    if unknown:
        name = str(unknown[0])
        message = (
            f"faults: unknown option '{name[:80]}'{suggest_names(name, known)}; known options: "
            f"{', '.join(known)}"
        )
        raise InvalidInputError(message, name)


def _generate_keys(kinds: set[str]) -> None:
    """Generate in advance the keys that *kinds* publish: a request must not wait for them."""
    if FaultKind.WEAK_KEY in kinds:
        get_weak_key()
    if not kinds.isdisjoint(THROWAWAY_KEY_KINDS):
        get_throwaway_key()
