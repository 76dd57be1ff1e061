# DEV-ONLY: never ship to production.
"""The key part of a probe: how a verifier fetches, caches and replaces keys."""
