# DEV-ONLY: never ship to production.
"""The HTTP interface. Only this package handles HTTP requests to the issuer."""
