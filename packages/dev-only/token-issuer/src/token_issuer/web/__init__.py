# DEV-ONLY: never ship to production.
"""The HTTP interface. The only room that knows HTTP."""
