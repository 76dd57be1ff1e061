# DEV-ONLY: never ship to production.
"""x."""
