"""The probe: fetches `JWT_JWKS_URI` and searches the response for keys that must not be trusted.

Redirects are followed only to check where they lead; a JWKS client should not follow them. Every
response is searched, whatever its status and media type.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Final

from proxy_guard.dev_marks import (
    CERTIFICATE_COMMON_NAME,
    HEADER_NAME,
    PAGE_PATTERN,
    SESSION_COOKIE,
    contains_certificate,
    find_credential,
)
from proxy_guard.findings import (
    DEV_CERTIFICATE,
    DEV_CREDENTIAL,
    DEV_HEADER,
    DEV_LOGIN,
    DEV_REFERENCE,
    UNJUDGED_KEYS,
    Finding,
)
from proxy_guard.normalization import STRIPPED_CHARACTERS
from proxy_guard.probe.content_coding import Decoder
from proxy_guard.probe.exchange import Exchange
from proxy_guard.probe.redirects import decode_location, resolve
from proxy_guard.probe.stream import UnreadableError
from proxy_guard.report import CLEAN, FAILED, FOUND, ProbeOutcome
from proxy_guard.rules import JWKS_URI_VARIABLE
from proxy_guard.search.detection import detect
from proxy_guard.urls import UNREADABLE_URI, find_dev_mark

if TYPE_CHECKING:
    from proxy_guard.probe.response import Response

TIMEOUT_S: Final = 2.0
"""Limit for the whole probe: name resolution, connecting, TLS, all redirects and all bodies."""

_TIME_TO_JUDGE_S: Final = 0.3
_MAX_REDIRECTS: Final = 20
_REDIRECTIONS: Final = range(300, 400)
_COMPLETE: Final = (200, 203)
_REFERRING_FIELDS: Final = ("location", "uri", "refresh")
_MAX_REFERENCES: Final = 10
_PAGE: Final = re.compile(PAGE_PATTERN.encode(), re.IGNORECASE)
_SESSION_COOKIE: Final = SESSION_COOKIE.encode()
_SEVERAL_URIS: Final = "it redirects to several URIs"


def run_probe(
    uri: str, *, timeout_s: float = TIMEOUT_S
) -> tuple[ProbeOutcome, tuple[Finding, ...]]:
    """Fetch *uri*, search the response, and return within *timeout_s*, whatever the server does.

    Args:
        uri: A configured URI that `inspect_uri` accepts.
        timeout_s: The limit for the whole probe, in seconds.
    """
    fetcher = _Fetcher(time.monotonic() + timeout_s - min(_TIME_TO_JUDGE_S, timeout_s / 2))
    thread = threading.Thread(
        target=fetcher.run,
        args=(uri.strip(STRIPPED_CHARACTERS + "\ufeff"),),
        name="proxy-guard",
        daemon=True,
    )
    try:
        thread.start()
    except RuntimeError:
        return ProbeOutcome(FAILED, "no thread can be started to fetch it"), ()
    thread.join(timeout_s)
    fetcher.exchange.abort()  # a server that sends slowly would keep the thread
    if fetcher.is_judging:
        fetcher.refuse(f"its response could not be searched within {timeout_s:g} s")
    findings = {finding.what: finding for finding in fetcher.findings}
    if findings:
        return ProbeOutcome(FOUND, "its response was searched"), tuple(findings.values())
    return ProbeOutcome(*(fetcher.outcome or (FAILED, _describe_silence(timeout_s)))), ()


class _Fetcher:
    """Fetches a URI and follows its redirects. Other threads may read its attributes at any time.

    Attributes:
        is_judging: Whether a response has arrived and is not yet searched.
    """

    def __init__(self, deadline: float) -> None:
        self.exchange = Exchange(deadline)
        self.findings: list[Finding] = []
        self.outcome: tuple[str, str] | None = None
        self.is_judging = False

    def run(self, uri: str) -> None:
        try:
            self.outcome = self._follow(uri)
        except UnreadableError as error:
            self.refuse(str(error))
        except Exception as error:  # noqa: BLE001  # nothing escapes from the thread
            if self.is_judging:
                self.refuse("its response cannot be searched")
            self.outcome = FAILED, _explain(error)
        finally:
            self.is_judging = False

    def refuse(self, reason: str) -> None:
        """Report that the response cannot be judged, unless it is refused anyway."""
        if not self.findings:
            self._add(UNJUDGED_KEYS, reason)

    def _follow(self, uri: str) -> tuple[str, str]:
        visited: set[str] = set()
        sets_cookie = False
        for _ in range(_MAX_REDIRECTS + 1):
            visited.add(uri)
            try:
                response = self.exchange.get(uri)
            finally:
                self._inspect_certificate()
            self.is_judging = True
            outcome = self._judge(response)
            locations = response.get_all("location") or response.get_all("uri")
            if response.status not in _REDIRECTIONS or not locations:
                return outcome
            if len(set(locations)) > 1:
                raise UnreadableError(_SEVERAL_URIS)
            uri = resolve(decode_location(locations[0]), uri)
            sets_cookie |= "set-cookie" in response.seen_names
            self.is_judging = False
        if len(visited) <= _MAX_REDIRECTS and not sets_cookie:
            return FAILED, "it redirects in a circle"
        message = f"it redirects more than {_MAX_REDIRECTS} times"
        raise UnreadableError(message)

    def _judge(self, response: Response) -> tuple[str, str]:
        """Search *response* and return the outcome if it is the last one.

        Raises:
            UnreadableError: the guard cannot read the response.
        """
        self._inspect_head(response)
        decoder = Decoder(response)
        detection = detect(decoder.readings, variable=JWKS_URI_VARIABLE)
        self.findings += detection.findings
        self._inspect_body(decoder.readings)
        obstacle = response.obstacle or decoder.obstacle
        if not detection.has_keys:
            obstacle = obstacle or decoder.doubt
        if obstacle:
            raise UnreadableError(obstacle)
        fault = response.fault or decoder.fault
        if fault:
            return FAILED, fault
        if response.status not in _COMPLETE:
            return FAILED, f"it responded with status {response.status}"
        if not detection.has_keys:
            return FAILED, "its response contains no key that the guard can read"
        return CLEAN, "its keys were checked"

    def _inspect_certificate(self) -> None:
        if contains_certificate(self.exchange.certificate.decode("latin-1")):
            detail = f"the certificate of its server names '{CERTIFICATE_COMMON_NAME}'"
            self._add(DEV_CERTIFICATE, detail)

    def _inspect_head(self, response: Response) -> None:
        if HEADER_NAME.lower() in response.seen_names:
            self._add(DEV_HEADER, f"its response has the header {HEADER_NAME}")
        if any(_SESSION_COOKIE in cookie for cookie in response.get_all("set-cookie")):
            self._add(DEV_LOGIN, f"its response sets the cookie {SESSION_COOKIE}")
        for name in _REFERRING_FIELDS:
            values = set(response.get_all(name))
            if len(values) > _MAX_REFERENCES:
                raise UnreadableError(_SEVERAL_URIS)
            for value in values:
                verdict = find_dev_mark(decode_location(value))
                if verdict and verdict.code != UNREADABLE_URI:
                    self._add(DEV_REFERENCE, f"it redirects to {verdict.detail}")

    def _inspect_body(self, readings: list[bytes]) -> None:
        if any(map(_PAGE.search, readings)):
            self._add(DEV_LOGIN, "its response is a login page")
        for reading in readings:
            kind = find_credential(reading.decode("latin-1"))
            if kind:
                self._add(DEV_CREDENTIAL, kind)

    def _add(self, code: str, detail: str) -> None:
        self.findings.append(Finding(code, variable=JWKS_URI_VARIABLE, detail=detail))


def _explain(error: Exception) -> str:
    """Return why there is no response, without repeating any part of the URI."""
    match error:
        case TimeoutError():
            reason = _describe_silence(TIMEOUT_S)
        case socket.gaierror():
            reason = "its host name cannot be resolved"
        case ssl.SSLCertVerificationError():
            reason = f"its TLS certificate is not trusted ({error.verify_message})"
        case ssl.SSLError():
            reason = "the TLS handshake with it failed"
        case OSError():
            reason = f"it cannot be reached ({error.strerror or 'no connection'})"
        case _:
            reason = "it cannot be fetched"
    return reason


def _describe_silence(timeout_s: float) -> str:
    return f"it did not respond within {timeout_s:g} s"
