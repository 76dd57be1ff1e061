# DEV-ONLY: never ship to production.
"""The result of a probe as text, JSON, JUnit XML and HTML, and its progress."""
