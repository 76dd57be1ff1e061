# DEV-ONLY: never ship to production.
"""The probed service: where it is, how it is sent a token, how its answers are read."""
