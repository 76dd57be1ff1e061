# DEV-ONLY: never ship to production.
"""A browser without a screen, for tests that log in to an application."""
