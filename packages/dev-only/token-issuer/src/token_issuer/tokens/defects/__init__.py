# DEV-ONLY: never ship to production.
"""Tokens that are wrong in exactly one way."""
