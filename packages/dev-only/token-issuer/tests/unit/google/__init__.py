# DEV-ONLY: never ship to production.
"""A package, so that its conftest has a unique module name."""
