# DEV-ONLY: never ship to production.
"""Inspection of any text that may be a token: its parts, its signer, its defects, a verdict."""
