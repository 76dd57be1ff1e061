# DEV-ONLY: never ship to production.
"""The OpenAPI document."""
