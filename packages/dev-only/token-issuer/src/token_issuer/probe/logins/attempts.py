# DEV-ONLY: never ship to production.
"""Attempts to log in, and whether the visitor is logged in afterwards."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from token_issuer.browser.transport import strip_query
from token_issuer.probe.logins.driver import Driver, View
from token_issuer.probe.logins.plans import LoginPlans, LoginRecord
from token_issuer.probe.results import Reaction
from token_issuer.probe.timing import Timing

_SHORT_INTERVAL_S: Final = 0.1
_LONG_INTERVAL_S: Final = 0.5
_SHORT_INTERVALS_UNTIL_S: Final = 2.0
_MAX_RECOVERY_S: Final = 2.0
_SUCCESS: Final = 2  # the first digit of a status
_REDIRECTION: Final = 3


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login, and how the application reacted.

    Attributes:
        reaction: Whether the visitor is logged in afterwards.
        status: The status of the page at which the login ended; it says nothing about the login.
        duration_s: Its duration, in seconds.
        detail: What was seen, in a few words.
        record: The login as the issuer saw it; None if it saw none.
        page: The page that only a user who is logged in sees; empty if the visitor does not.
    """

    reaction: Reaction
    status: int | None
    duration_s: float
    detail: str
    record: LoginRecord | None = None
    page: str = field(default="", repr=False)

    def describe(self) -> str:
        """Describe the reaction in a few words: "not logged in: 500 at /callback"."""
        return self.detail

    @property
    def may_have_crashed(self) -> bool:
        """Whether the application must show that it still works.

        Some frameworks answer 500 to reject a login.
        """
        is_error = self.status is not None and self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        is_failure = self.reaction in {Reaction.CRASHED, Reaction.HUNG}
        return is_failure or (is_error and self.reaction is Reaction.REFUSED)


@dataclass
class RelyingParty:
    """An application that logs users in at the issuer.

    Attributes:
        login_url: Where a login starts.
        page_url: A page that only a user who is logged in sees.
        page_text: A text that only a user who is logged in sees on that page; empty if the status
            and the URL suffice.
        driver: Visits the application.
        plans: The planned logins of the issuer.
        timing: Clock and sleep of the probe.
        anonymous: The page as a visitor sees it who is not logged in; None until it was opened.
    """

    login_url: str
    page_url: str
    page_text: str
    driver: Driver
    plans: LoginPlans
    timing: Timing
    anonymous: View | None = field(default=None, init=False)

    def open_page(self) -> View:
        """Open the page as a visitor who is not logged in, and remember it."""
        with self.driver.start_visit() as visitor:
            self.anonymous = visitor.open(self.page_url)
        return self.anonymous

    def log_in(self, defect: str | None = None, *, is_denied: bool = False) -> Attempt:
        """Let a new visitor log in: with a defect, denied, or as it should be.

        Raises:
            RemoteIssuerError: the issuer cannot be reached, or knows no such defect.
            ProbeError: the limit on the number of requests is reached.
        """
        timer = self.timing.start_timer()
        self.plans.plan(defect, is_denied=is_denied)
        with self.driver.start_visit() as visitor:
            end = visitor.log_in(self.login_url)
            page = visitor.open(self.page_url)
        reaction, detail = self._judge(end, page)
        record = self.plans.find_record()
        if reaction is Reaction.ACCEPTED and record is None and not is_denied:
            reaction, detail = Reaction.REFUSED, "logged in without a login at the issuer"
        text = page.text if reaction is Reaction.ACCEPTED else ""
        return Attempt(reaction, end.status, timer.seconds, detail, record, text)

    def poll_login(self, limit_s: float) -> Attempt:
        """Log in until it succeeds, for at most *limit_s* seconds."""
        timer = self.timing.start_timer()
        while True:
            attempt = self.log_in()
            if attempt.reaction is Reaction.ACCEPTED or timer.seconds >= limit_s:
                return attempt
            is_early = timer.seconds < _SHORT_INTERVALS_UNTIL_S
            self.timing.sleep(_SHORT_INTERVAL_S if is_early else _LONG_INTERVAL_S)

    def is_alive(self) -> bool:
        """Tell whether a good login succeeds, now or within 2 s."""
        return self.poll_login(_MAX_RECOVERY_S).reaction is Reaction.ACCEPTED

    def _judge(self, end: View, page: View) -> tuple[Reaction, str]:
        if self.shows_user(page):
            return Reaction.ACCEPTED, "logged in"
        for view in (end, page):
            if view.failure is not None:
                return view.failure, f"not logged in: {view.problem}"
        return Reaction.REFUSED, f"not logged in: {_describe(end)}"

    def shows_user(self, page: View) -> bool:
        """Tell whether *page* is the one that only a user who is logged in sees."""
        is_success = page.status is not None and page.status // 100 == _SUCCESS
        if not is_success or self.page_text not in page.text:
            return False
        if self.page_text or self.anonymous is None:
            return True
        return _identify(page) != _identify(self.anonymous)


def _describe(end: View) -> str:
    if end.problem:
        return end.problem
    place = strip_query(end.url)
    is_redirect = end.status is not None and end.status // 100 == _REDIRECTION
    return f"it redirects to {place}" if is_redirect else f"{end.status} at {place}"


def _identify(view: View) -> tuple[int | None, str, str]:
    parts = urlsplit(view.url)
    return view.status, parts.netloc, parts.path
