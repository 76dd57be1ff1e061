# DEV-ONLY: never ship to production.
"""The style sheet of the HTML page."""

STYLESHEET = ""
