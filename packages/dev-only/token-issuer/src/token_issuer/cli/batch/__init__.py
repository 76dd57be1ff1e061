# DEV-ONLY: never ship to production.
"""Parallel work for `make-token --count`: by threads or by processes."""
