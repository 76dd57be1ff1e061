# DEV-ONLY: never ship to production.
"""Test a verifier from outside: send it defective tokens and faulty key documents."""
