# DEV-ONLY: never ship to production.
"""What can be wrong with the key endpoints, and which faults are active. No HTTP."""
