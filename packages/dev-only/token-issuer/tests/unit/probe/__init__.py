# DEV-ONLY: never ship to production.
"""A package, so that its conftest is a module of its own name."""
