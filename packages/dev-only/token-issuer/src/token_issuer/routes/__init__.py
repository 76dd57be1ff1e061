# DEV-ONLY: never ship to production.
"""The HTTP surface: one module for each kind of answer."""
