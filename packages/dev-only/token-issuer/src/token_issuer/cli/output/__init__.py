# DEV-ONLY: never ship to production.
"""Results of a command: standard output and files."""
