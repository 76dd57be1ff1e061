# DEV-ONLY: never ship to production.
"""The grants of the token endpoint, one a module."""
