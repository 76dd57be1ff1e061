# DEV-ONLY: never ship to production.
"""Several issuers in one process, and which of them a path belongs to."""
