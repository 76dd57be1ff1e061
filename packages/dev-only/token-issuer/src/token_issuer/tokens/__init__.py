# DEV-ONLY: never ship to production.
"""From a token request to a token."""
