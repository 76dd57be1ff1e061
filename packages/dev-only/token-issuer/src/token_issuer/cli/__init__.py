# DEV-ONLY: never ship to production.
"""The command `token-issuer`."""
