# DEV-ONLY: never ship to production.
"""Defects: tokens with one deliberate deviation each, to test verifiers."""
