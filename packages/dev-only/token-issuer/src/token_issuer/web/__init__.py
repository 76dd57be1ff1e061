# DEV-ONLY: never ship to production.
"""The HTTP interface. No other server package depends on HTTP messages."""
