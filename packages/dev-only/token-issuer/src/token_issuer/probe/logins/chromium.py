# DEV-ONLY: never ship to production.
"""Visitors in Chromium, for an application whose pages need script."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from token_issuer.probe.logins.devtools import DevTools
from token_issuer.probe.logins.driver import Route, View, Visitor
from token_issuer.probe.results import Reaction

_QUIET_S: Final = 0.1  # without requests, after which a page is considered complete
_SEE_OTHER: Final = 303
_MAX_START_CLICKS: Final = 2
_NO_RESPONSE: Final = "no response within {:g} s"
# The button of a page that offers a login: that of its only form, or one that says so.
_CLICK: Final = """(() => {
  const says = (node) => /(log|sign)[ -]?(in|on)/i.test(node.textContent || node.value || "");
  const button = [...document.querySelectorAll("button, a, input[type=submit]")].find(says);
  const form = document.querySelector("form");
  if (button) button.click(); else if (form) form.requestSubmit(); else return false;
  return true;
})()"""


class ChromiumDriver:
    """Visitors in one Chromium; each has a context with cookies and storage of its own."""

    def __init__(self, route: Route, devtools: DevTools) -> None:
        self._route = route
        self._devtools = devtools

    @contextmanager
    def start_visit(self) -> Iterator[Visitor]:
        """Yield a visitor without cookies."""
        timeout_s = self._route.timeout_s
        tools = self._devtools
        context = tools.call("Target.createBrowserContext", timeout_s=timeout_s)["browserContextId"]
        try:
            target = tools.call(
                "Target.createTarget",
                url="about:blank",
                browserContextId=context,
                timeout_s=timeout_s,
            )["targetId"]
            session = tools.call(
                "Target.attachToTarget", targetId=target, flatten=True, timeout_s=timeout_s
            )["sessionId"]
            visitor = _ChromiumVisitor(self._route, tools, session, target)
            tools.on_event = visitor.handle
            visitor.prepare()
            yield visitor
        finally:
            tools.on_event = lambda *_: None
            tools.send("Target.disposeBrowserContext", browserContextId=context)


class _ChromiumVisitor:
    """A tab. The id of its main frame is that of its target."""

    def __init__(self, route: Route, tools: DevTools, session: str, frame: str) -> None:
        self._route = route
        self._tools = tools
        self._session = session
        self._frame = frame
        self._pending: dict[str, str] = {}  # the loader of each request without a response
        self._is_loading = False
        self._status: int | None = None
        self._blocked = ""
        self._has_asked_issuer = False

    def prepare(self) -> None:
        """Observe the requests, and stop before those for pages, to decide whether to send them."""
        self._call("Network.enable")
        self._call("Page.enable")
        self._call("Fetch.enable", patterns=[{"urlPattern": "*", "resourceType": "Document"}])

    def log_in(self, url: str) -> View:
        view = self._navigate(url)
        for _ in range(_MAX_START_CLICKS):
            if view.problem or self._has_asked_issuer or not self._click():
                break
            view = self._see(url, self._settle())
        return view

    def open(self, url: str) -> View:
        return self._navigate(url)

    def handle(self, session: str, method: str, parameters: Mapping[str, Any]) -> None:
        """Handle an event of the tab."""
        if session != self._session:
            return
        match method.partition(".")[0]:
            case "Fetch":
                self._decide(parameters)
            case "Network":
                self._track_request(method, parameters)
            case "Page":
                self._track_page(method, parameters)

    def _track_request(self, method: str, parameters: Mapping[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self._pending[parameters["requestId"]] = parameters["loaderId"]
            case "Network.loadingFinished" | "Network.loadingFailed":
                self._pending.pop(parameters["requestId"], None)
            case "Network.responseReceived" if parameters["type"] == "Document":
                # Chromium may not report the end of a page that replaces another one.
                self._pending.pop(parameters["requestId"], None)
                if parameters.get("frameId") == self._frame:
                    self._status = parameters["response"]["status"]

    def _track_page(self, method: str, parameters: Mapping[str, Any]) -> None:
        match method:
            case "Page.frameNavigated" if parameters["frame"]["id"] == self._frame:
                current = parameters["frame"]["loaderId"]
                self._pending = {
                    request: loader
                    for request, loader in self._pending.items()
                    if loader == current
                }
            case "Page.frameStartedLoading" | "Page.frameStoppedLoading":
                if parameters["frameId"] == self._frame:
                    self._is_loading = method == "Page.frameStartedLoading"

    def _decide(self, request: Mapping[str, Any]) -> None:
        """Send a request for a page, or block it."""
        url, number = request["request"]["url"], request["requestId"]
        self._has_asked_issuer |= self._route.issuer_pages.is_authorization(url)
        if not url.startswith("http") or self._route.follows(url):
            self._tools.send("Fetch.continueRequest", self._session, requestId=number)
            return
        self._blocked = url
        self._tools.send(
            "Fetch.failRequest", self._session, requestId=number, errorReason="Aborted"
        )

    def _navigate(self, url: str) -> View:
        self._status, self._blocked = None, ""
        self._pending.clear()
        try:
            error = self._call("Page.navigate", url=url).get("errorText")
        except TimeoutError:
            problem = _NO_RESPONSE.format(self._route.timeout_s)
            return View(url, failure=Reaction.HUNG, problem=problem)
        if error and not self._blocked:
            return View(url, failure=Reaction.CRASHED, problem=f"no page: {error}")
        return self._see(url, self._settle())

    def _settle(self) -> bool:
        """Wait until the tab sends no more requests; return whether it did in time."""
        end_s = time.monotonic() + self._route.timeout_s
        while time.monotonic() < end_s:
            is_busy = self._tools.wait(_QUIET_S) or self._pending or self._is_loading
            if not is_busy:
                return True
        return False

    def _see(self, url: str, is_settled: bool) -> View:
        if self._blocked:
            return View(self._blocked, status=_SEE_OTHER)
        if self._status is None:
            problem = "no page" if is_settled else _NO_RESPONSE.format(self._route.timeout_s)
            failure = Reaction.CRASHED if is_settled else Reaction.HUNG
            return View(url, failure=failure, problem=problem)
        place = self._evaluate("location.href")
        return View(str(place), self._status, str(self._evaluate("document.body?.innerText")))

    def _click(self) -> bool:
        return self._evaluate(_CLICK) is True

    def _evaluate(self, script: str) -> object:
        result = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        value: object = result["result"].get("value")
        return value

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        timeout_s = self._route.timeout_s
        return self._tools.call(method, self._session, timeout_s=timeout_s, **parameters)
