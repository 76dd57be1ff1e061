# DEV-ONLY: never ship to production.
"""The media types of requests and responses."""

from typing import Final

FORM_TYPE: Final = "application/x-www-form-urlencoded"
HTML_TYPE: Final = "text/html"
JSON_TYPE: Final = "application/json"
PROBLEM_TYPE: Final = "application/problem+json"
"""RFC 9457 §3."""
