# DEV-ONLY: never ship to production.
"""The token part of a probe: defective tokens, and the verdict on the response to each."""
