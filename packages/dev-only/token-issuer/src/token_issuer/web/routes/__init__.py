# DEV-ONLY: never ship to production.
"""The Litestar route handlers."""
