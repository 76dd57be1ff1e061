# DEV-ONLY: never ship to production.
"""Document faults: pure functions from a valid key document to a faulty one."""
