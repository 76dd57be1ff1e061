# DEV-ONLY: never ship to production.
"""Tokens: token requests, claims and signed tokens. No HTTP."""
