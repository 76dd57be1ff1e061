# DEV-ONLY: never ship to production.
"""Faults of endpoints: kinds, options, registry and faulty key documents. No HTTP."""
