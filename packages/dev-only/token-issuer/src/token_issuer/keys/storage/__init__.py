# DEV-ONLY: never ship to production.
"""The key ring on disk: files, locks and the remains of an older format."""
