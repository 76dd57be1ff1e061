# DEV-ONLY: never ship to production.
"""A package, so that its `conftest.py` is a module of another name than that of all tests."""
