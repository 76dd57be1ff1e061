# DEV-ONLY: never ship to production.
"""Faults of the key endpoints: kinds, options, registry and faulty documents. No HTTP."""
