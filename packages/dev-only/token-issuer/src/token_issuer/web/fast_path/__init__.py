# DEV-ONLY: never ship to production.
"""Responses to the most frequent requests without the web framework."""
