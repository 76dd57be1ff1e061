# DEV-ONLY: never ship to production.
"""The baseline of a login probe: a good login works, a denied one does not, nor does none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from token_issuer.browser.transport import strip_query
from token_issuer.probe.logins.attempts import Attempt, RelyingParty
from token_issuer.probe.results import Check, Outcome, Part, Reaction

GOOD: Final = "baseline-good"
ANONYMOUS: Final = "baseline-anonymous"
DENIED: Final = "baseline-denied"
BASELINE_CHECKS: Final = {
    GOOD: "a good login logs the user in",
    ANONYMOUS: "a visitor who has not logged in does not see the page",
    DENIED: "a denied login logs nobody in",
}
"""The title of each check, by its id."""


def check_baseline(
    party: RelyingParty, *, issuer_url: str, wait_s: float, report: Callable[[Check], None]
) -> tuple[list[Check], str, Attempt | None]:
    """Check that a good login works, and that only a good login does.

    Args:
        party: The application.
        issuer_url: The base URL of the issuer.
        wait_s: Time limit until a good login works, in seconds. The application may still be
            starting.
        report: Called with each check when it is done.

    Returns:
        The checks, the reason why the application cannot be probed (empty if it can), and the good
        login.
    """
    checks: list[Check] = []

    def record(id_: str, attempt: Attempt, expected: Reaction) -> bool:
        is_met = attempt.reaction is expected
        check = Check(
            part=Part.BASELINE,
            id=id_,
            title=BASELINE_CHECKS[id_],
            outcome=Outcome.PASSED if is_met else Outcome.FAILED,
            observed=attempt.describe(),
            reaction=attempt.reaction,
            status=attempt.status,
            duration_s=attempt.duration_s,
        )
        checks.append(check)
        report(check)
        return is_met

    good = party.poll_login(wait_s)
    if not record(GOOD, good, Reaction.ACCEPTED):
        return checks, _explain_failure(party, good, issuer_url), None
    anonymous = _visit_without_login(party)
    if not record(ANONYMOUS, anonymous, Reaction.REFUSED):
        return checks, _explain_open_page(party, anonymous), None
    again = party.log_in()  # now it is known what a visitor sees without a login
    if again.reaction is not Reaction.ACCEPTED:
        return checks, _explain_same_page(party), None
    denied = party.log_in(is_denied=True)
    is_alive = not denied.may_have_crashed or party.is_alive()
    if not is_alive:
        denied = replace(denied, reaction=Reaction.CRASHED)
    elif denied.reaction is Reaction.CRASHED:
        denied = replace(denied, reaction=Reaction.REFUSED)
    if not record(DENIED, denied, Reaction.REFUSED):
        return checks, _explain_denied(denied, is_alive=is_alive), None
    return checks, "", again


def _visit_without_login(party: RelyingParty) -> Attempt:
    timer = party.timing.start_timer()
    page = party.open_page()
    if page.failure is not None:
        return Attempt(page.failure, page.status, timer.seconds, page.problem)
    is_open = bool(party.page_text) and party.shows_user(page)
    reaction = Reaction.ACCEPTED if is_open else Reaction.REFUSED
    return Attempt(reaction, page.status, timer.seconds, f"answered {page.status}")


def _explain_failure(party: RelyingParty, good: Attempt, issuer_url: str) -> str:
    """Return the likely reason why a good login fails, and what to do."""
    problem = f"expected: {BASELINE_CHECKS[GOOD]}; observed: {good.describe()}"
    if good.record is None and good.reaction in {Reaction.CRASHED, Reaction.HUNG}:
        return f"{problem}; check that the application is running and that the URL is right"
    if good.record is None:
        return (
            f"{problem}; the browser has not come to the issuer {issuer_url}: point the "
            "application at it, and check that TARGET starts a login"
        )
    if "token" not in good.record.requests:
        return (
            f"{problem}; the application has not redeemed the code: check that it reaches "
            f"{issuer_url}, and its log"
        )
    page = strip_query(party.page_url)
    return (
        f"{problem}; the application has redeemed the code: check its log, whether {page} shows "
        "who is logged in, and --logged-in-text; a page that needs script needs --browser"
    )


def _explain_open_page(party: RelyingParty, anonymous: Attempt) -> str:
    page = strip_query(party.page_url)
    if anonymous.reaction is Reaction.ACCEPTED:
        return (
            f"{page} shows {party.page_text!r} to visitors who are not logged in; choose a text "
            "that only a user sees who is logged in"
        )
    return f"{page} cannot be opened without a login: {anonymous.describe()}"


def _explain_denied(denied: Attempt, *, is_alive: bool) -> str:
    if denied.reaction is Reaction.ACCEPTED:
        return "a denied login logs the user in; check what --logged-in shows"
    effect = "the application hangs in it" if is_alive else "good logins no longer succeed after it"
    return (
        f"a denied login ended with: {denied.describe()}; {effect}: handle a response with "
        "`error`, then probe again"
    )


def _explain_same_page(party: RelyingParty) -> str:
    return (
        f"visitors who are not logged in get {strip_query(party.page_url)} with the same status as "
        "users; set --logged-in-text to a text that only a user sees who is logged in, or choose a "
        "page that requires a login"
    )
