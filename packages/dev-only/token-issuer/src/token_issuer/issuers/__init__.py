# DEV-ONLY: never ship to production.
"""Several issuers in one process."""
