# DEV-ONLY: never ship to production.
"""The pages that a browser shows during a login: HTML without external resources."""
