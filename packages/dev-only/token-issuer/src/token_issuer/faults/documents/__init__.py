# DEV-ONLY: never ship to production.
"""Document faults: pure functions from a key document to a defective one."""
