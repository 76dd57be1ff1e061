"""Looks at the keys that `JWT_JWKS_URI` serves right now, whatever the host is called.

Redirects are followed, although no JWKS client should: to judge where they lead. The content of an
answer counts, whatever its status and its media type.
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

from proxy_guard.dev_marks import HEADER_NAME
from proxy_guard.exchange import Answer, Exchange
from proxy_guard.findings import DEV_HEADER, DEV_REFERENCE, Finding
from proxy_guard.recognition import recognise
from proxy_guard.report import CLEAN, FAILED, FOUND, ProbeOutcome
from proxy_guard.rules import JWKS_URI_VARIABLE
from proxy_guard.spelling import WRAPPING
from proxy_guard.urls import inspect_issuer, inspect_uri

TIMEOUT_S: Final = 2.0
"""For all of it: looking up the name, connecting, TLS, each redirect, the last byte."""

_TIME_TO_JUDGE_S: Final = 0.3
_MOST_REDIRECTS: Final = 5
_REDIRECTIONS: Final = range(300, 400)


def run_probe(
    uri: str, *, timeout_s: float = TIMEOUT_S
) -> tuple[ProbeOutcome, tuple[Finding, ...]]:
    """Fetch *uri* and look at what it answers; returns within *timeout_s*, whatever happens.

    Args:
        uri: As configured, and without a fault that `inspect_uri` would find.
        timeout_s: In seconds.
    """
    walk = _Walk(time.monotonic() + timeout_s - min(_TIME_TO_JUDGE_S, timeout_s / 2))
    thread = threading.Thread(
        target=walk.run, args=(uri.strip(WRAPPING + "\ufeff"),), name="proxy-guard", daemon=True
    )
    try:
        thread.start()
    except RuntimeError:
        return ProbeOutcome(FAILED, "there is no thread left to fetch with"), ()
    thread.join(timeout_s)
    walk.exchange.abort()  # a server that trickles would keep the thread for ever
    seen = {finding.what: finding for finding in walk.seen}
    if seen:
        return ProbeOutcome(FOUND, "what it serves was looked at"), tuple(seen.values())
    return ProbeOutcome(*(walk.outcome or (FAILED, _describe_silence(timeout_s)))), ()


class _Walk:
    """One way along the redirects; what was seen so far can be read at any time."""

    def __init__(self, deadline: float) -> None:
        self.exchange = Exchange(deadline)
        self.seen: list[Finding] = []
        self.outcome: tuple[str, str] | None = None

    def run(self, uri: str) -> None:
        try:
            self.outcome = self._follow(uri)
        except Exception as error:  # noqa: BLE001  # no fault of a server may keep a proxy down
            self.outcome = FAILED, _explain(error)

    def _follow(self, uri: str) -> tuple[str, str]:
        visited: set[str] = set()
        while len(visited) <= _MOST_REDIRECTS:
            visited.add(uri)
            answer = self.exchange.get(uri, self._judge_head)
            recognition = recognise(answer.body, variable=JWKS_URI_VARIABLE)
            self.seen += recognition.findings
            if answer.status not in _REDIRECTIONS or not answer.locations:
                return _conclude(answer, has_keys=recognition.has_keys)
            uri = urldefrag(urljoin(uri, answer.locations[0])).url
            if uri in visited:
                return FAILED, "it redirects in a circle"
            if inspect_uri(uri):
                return FAILED, "it redirects to what is no plain http or https URI"
        return FAILED, f"it redirects more than {_MOST_REDIRECTS} times"

    def _judge_head(self, answer: Answer) -> None:
        if HEADER_NAME.lower() in answer.header_names:
            self._see(DEV_HEADER, f"by the header {HEADER_NAME}")
        for location in answer.locations:
            verdict = inspect_issuer(location)
            if verdict:
                self._see(DEV_REFERENCE, f"it redirects to {verdict.detail}")

    def _see(self, code: str, detail: str) -> None:
        self.seen.append(Finding(code, variable=JWKS_URI_VARIABLE, detail=detail))


def _conclude(answer: Answer, *, has_keys: bool) -> tuple[str, str]:
    if answer.fault:
        return FAILED, answer.fault
    if answer.status != HTTPStatus.OK:
        return FAILED, f"it answered with status {answer.status}"
    if not has_keys:
        return FAILED, "there is no key in its answer that the guard can read"
    return CLEAN, "its keys were looked at"


def _explain(error: Exception) -> str:
    """Say why nothing came back; nothing of the URI and of the answer is repeated."""
    match error:
        case TimeoutError():
            reason = _describe_silence(TIMEOUT_S)
        case socket.gaierror():
            reason = "its host name cannot be resolved"
        case ssl.SSLCertVerificationError():
            reason = f"its TLS certificate is not trusted ({error.verify_message})"
        case ssl.SSLError():
            reason = "TLS cannot be agreed on with it"
        case OSError():
            reason = f"it cannot be reached ({error.strerror or 'no connection'})"
        case http.client.HTTPException():
            reason = "its answer is not HTTP"
        case _:
            reason = "it cannot be fetched"
    return reason


def _describe_silence(timeout_s: float) -> str:
    return f"it did not answer within {timeout_s:g} s"
