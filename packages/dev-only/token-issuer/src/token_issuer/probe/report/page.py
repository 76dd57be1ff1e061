# DEV-ONLY: never ship to production.
"""The result as one HTML page to hand on: nothing is fetched, nothing runs, all text is escaped."""

from token_issuer.probe.report.markup import element
from token_issuer.probe.results import Result
from token_issuer.probe.verdict import describe_verdict


def render_html(result: Result) -> str:
    """Render *result* as one page."""
    return f"<!doctype html>{element('title', describe_verdict(result))}"
