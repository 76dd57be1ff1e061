# DEV-ONLY: never ship to production.
"""The catalogue entries, one module for each group of defects."""
