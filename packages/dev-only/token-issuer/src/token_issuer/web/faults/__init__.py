# DEV-ONLY: never ship to production.
"""Faults of the key endpoints in HTTP: statuses, headers, redirects and transport."""
