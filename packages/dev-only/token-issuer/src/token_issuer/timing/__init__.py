# DEV-ONLY: never ship to production.
"""The simulated clock, durations and timestamps."""
