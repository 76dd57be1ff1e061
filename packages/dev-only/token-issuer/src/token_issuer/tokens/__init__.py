# DEV-ONLY: never ship to production.
"""Tokens: from a token request to its claims and the signed token. No HTTP."""
