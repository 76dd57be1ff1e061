# DEV-ONLY: never ship to production.
"""Where the results of a command are written."""
