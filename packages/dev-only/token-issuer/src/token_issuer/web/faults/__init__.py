# DEV-ONLY: never ship to production.
"""The HTTP part of the faults of key endpoints: statuses, headers, redirects and transport."""
