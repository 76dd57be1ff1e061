# DEV-ONLY: never ship to production.
"""The HTTP part of faults: selection, statuses, headers, redirects, errors and transport."""
