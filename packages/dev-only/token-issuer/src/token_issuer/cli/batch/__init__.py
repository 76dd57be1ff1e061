# DEV-ONLY: never ship to production.
"""Many tokens at a time, made by threads or by processes."""
