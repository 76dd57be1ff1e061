# DEV-ONLY: never ship to production.
"""A forward proxy that answers Google's names with the issuer, and the programs that use it."""
