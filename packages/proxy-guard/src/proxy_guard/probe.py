"""The probe: fetches `JWT_JWKS_URI` and searches the response for keys that must not be trusted.

Redirects are followed only to check where they lead; a JWKS client should not follow them. Every
response is searched, whatever its status and media type.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from http import HTTPStatus
from typing import Final
from urllib.parse import urldefrag, urljoin

from proxy_guard.detection import detect
from proxy_guard.dev_marks import HEADER_NAME
from proxy_guard.exchange import Exchange, Response
from proxy_guard.findings import DEV_HEADER, DEV_REFERENCE, Finding
from proxy_guard.normalization import STRIPPED_CHARACTERS
from proxy_guard.report import CLEAN, FAILED, FOUND, ProbeOutcome
from proxy_guard.rules import JWKS_URI_VARIABLE
from proxy_guard.urls import find_dev_mark, inspect_uri

TIMEOUT_S: Final = 2.0
"""Limit for the whole probe: name resolution, connecting, TLS, all redirects and all bodies."""

_TIME_TO_JUDGE_S: Final = 0.3
_MAX_REDIRECTS: Final = 5
_REDIRECTIONS: Final = range(300, 400)


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
    findings = {finding.what: finding for finding in fetcher.findings}
    if findings:
        return ProbeOutcome(FOUND, "its response was searched"), tuple(findings.values())
    return ProbeOutcome(*(fetcher.outcome or (FAILED, _describe_silence(timeout_s)))), ()


class _Fetcher:
    """Fetches a URI and follows its redirects. Other threads may read the findings at any time."""

    def __init__(self, deadline: float) -> None:
        self.exchange = Exchange(deadline)
        self.findings: list[Finding] = []
        self.outcome: tuple[str, str] | None = None

    def run(self, uri: str) -> None:
        try:
            self.outcome = self._follow(uri)
        except Exception as error:  # noqa: BLE001  # a server must not keep a proxy from starting
            self.outcome = FAILED, _explain(error)

    def _follow(self, uri: str) -> tuple[str, str]:
        visited: set[str] = set()
        while len(visited) <= _MAX_REDIRECTS:
            visited.add(uri)
            response = self.exchange.get(uri, self._inspect_head)
            detection = detect(response.body, variable=JWKS_URI_VARIABLE)
            self.findings += detection.findings
            if response.status not in _REDIRECTIONS or not response.locations:
                return _conclude(response, has_keys=detection.has_keys)
            uri = urldefrag(urljoin(uri, response.locations[0])).url
            if uri in visited:
                return FAILED, "it redirects in a circle"
            if inspect_uri(uri):
                return FAILED, "it redirects to something other than a plain http or https URI"
        return FAILED, f"it redirects more than {_MAX_REDIRECTS} times"

    def _inspect_head(self, response: Response) -> None:
        if HEADER_NAME.lower() in response.header_names:
            self._add(DEV_HEADER, f"its response has the header {HEADER_NAME}")
        for location in response.locations:
            verdict = find_dev_mark(location)
            if verdict:
                self._add(DEV_REFERENCE, f"it redirects to {verdict.detail}")

    def _add(self, code: str, detail: str) -> None:
        self.findings.append(Finding(code, variable=JWKS_URI_VARIABLE, detail=detail))


def _conclude(response: Response, *, has_keys: bool) -> tuple[str, str]:
    if response.fault:
        return FAILED, response.fault
    if response.status != HTTPStatus.OK:
        return FAILED, f"it responded with status {response.status}"
    if not has_keys:
        return FAILED, "its response contains no key that the guard can read"
    return CLEAN, "its keys were checked"


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
        case http.client.HTTPException():
            reason = "its response is not HTTP"
        case _:
            reason = "it cannot be fetched"
    return reason


def _describe_silence(timeout_s: float) -> str:
    return f"it did not respond within {timeout_s:g} s"
