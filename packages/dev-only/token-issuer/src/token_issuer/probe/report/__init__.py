# DEV-ONLY: never ship to production.
"""The result of a probe as text, JSON, JUnit XML and one HTML page, and its progress."""

from token_issuer.probe.report.document import render_json
from token_issuer.probe.report.junit import render_junit
from token_issuer.probe.report.page import render_html
from token_issuer.probe.report.progress import Progress
from token_issuer.probe.report.text import render_text

__all__ = ["Progress", "render_html", "render_json", "render_junit", "render_text"]
