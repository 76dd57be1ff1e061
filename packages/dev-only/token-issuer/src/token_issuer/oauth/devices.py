# DEV-ONLY: never ship to production.
"""Device codes that wait for the decision of a user, in bounded memory.

Spec: RFC 8628
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.records import Session
from token_issuer.timing.elapsed import read_elapsed_s

DEVICE_CODE_LIFETIME: Final = timedelta(minutes=10)
MAX_WAITING_DEVICES: Final = 1000
MIN_POLL_INTERVAL_S: Final = 1
"""How often a device may poll, so that tests do not wait long; RFC 8628 leaves it to the issuer."""
_SLOW_DOWN_S: Final = 5  # RFC 8628 §3.5
_POLL_TOLERANCE_S: Final = 0.5  # requests of an exact timer arrive at slightly varying intervals
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 §6.1: without vowels, they form no words
_GROUP_LETTERS: Final = 4


@dataclass(slots=True)
class _Device:
    """A device that waits.

    Attributes:
        client_id: The client.
        scope: The requested scopes.
        ends_at_s: When it no longer needs to be remembered, by the monotonic clock.
        interval_s: The shortest time between two polls.
        polled_at_s: The time of the last poll.
        session: The session of the user who has approved it; None until then.
        is_denied: Whether the user has denied it.
    """

    client_id: str
    scope: tuple[str, ...]
    ends_at_s: float
    interval_s: float = MIN_POLL_INTERVAL_S
    polled_at_s: float | None = None
    session: Session | None = None
    is_denied: bool = False


class Devices:
    """The devices that wait for a user."""

    def __init__(self, read_elapsed: Callable[[], float] = read_elapsed_s) -> None:
        """Measure the time between polls by the monotonic clock *read_elapsed*, in seconds."""
        self._read_elapsed = read_elapsed
        self._devices: dict[str, _Device] = {}
        self._lock = threading.Lock()

    def add(self, client_id: str, scope: tuple[str, ...]) -> str:
        """Add a device, and return its user code, such as `WDJB-MJHT`.

        Raises:
            OAuthError: too many devices wait.
        """
        now = self._read_elapsed()
        with self._lock:
            if len(self._devices) >= MAX_WAITING_DEVICES:
                self._devices = {
                    code: device for code, device in self._devices.items() if device.ends_at_s > now
                }
            if len(self._devices) >= MAX_WAITING_DEVICES:
                message = f"{MAX_WAITING_DEVICES} devices are waiting for a user; try again later"
                raise OAuthError(ErrorCode.TEMPORARILY_UNAVAILABLE, message)
            code = _make_user_code()
            while code in self._devices:
                code = _make_user_code()
            ends_at_s = now + DEVICE_CODE_LIFETIME.total_seconds()
            self._devices[code] = _Device(client_id, scope, ends_at_s)
            return code

    def find(self, user_code: str) -> tuple[str, tuple[str, ...]] | None:
        """Return the client and the scopes of a device that waits; None if there is none."""
        device = self._find_undecided(user_code)
        return None if device is None else (device.client_id, device.scope)

    def decide(self, user_code: str, session: Session | None) -> bool:
        """Record the decision of a user: *session* approves, None denies.

        Returns:
            Whether the device was waiting for a decision.
        """
        with self._lock:
            device = self._find_undecided(user_code)
            if device is None:
                return False
            device.session = session
            device.is_denied = session is None
            return True

    def poll(self, user_code: str) -> tuple[Session, tuple[str, ...]]:
        """Return the session of the user who has approved a device, and the scopes, once.

        Raises:
            OAuthError: the user has not decided or has denied it, the device polls too often, or it
                has its tokens already.
        """
        with self._lock:
            device = self._devices.get(user_code)
            if device is None:
                message = "device_code: has been used already; start again"
                raise OAuthError(ErrorCode.INVALID_GRANT, message, "device_code")
            self._check_pace(device)
            if device.session is None and not device.is_denied:
                message = "the user has not decided yet; poll again"
                raise OAuthError(ErrorCode.AUTHORIZATION_PENDING, message)
            del self._devices[user_code]
        if device.session is None:
            message = "the user has denied the login"
            raise OAuthError(ErrorCode.ACCESS_DENIED, message)
        return device.session, device.scope

    def clear(self) -> None:
        """Forget all devices."""
        with self._lock:
            self._devices.clear()

    def _find_undecided(self, user_code: str) -> _Device | None:
        device = self._devices.get(user_code)
        if device is None or device.is_denied or device.session is not None:
            return None
        return device if self._read_elapsed() < device.ends_at_s else None

    def _check_pace(self, device: _Device) -> None:
        now, last = self._read_elapsed(), device.polled_at_s
        device.polled_at_s = now
        if last is not None and now - last < device.interval_s - _POLL_TOLERANCE_S:
            device.interval_s += _SLOW_DOWN_S
            message = f"device_code: polled too often; wait {device.interval_s:g} s between polls"
            raise OAuthError(ErrorCode.SLOW_DOWN, message)


def normalize_user_code(text: str) -> str:
    """Return a user code as it was issued, whatever case and punctuation the user typed.

    Spec: RFC 8628 §6.1
    """
    letters = "".join(char for char in text.upper() if char in _LETTERS)
    return f"{letters[:_GROUP_LETTERS]}-{letters[_GROUP_LETTERS:]}"


def _make_user_code() -> str:
    return normalize_user_code("".join(secrets.choice(_LETTERS) for _ in range(2 * _GROUP_LETTERS)))
