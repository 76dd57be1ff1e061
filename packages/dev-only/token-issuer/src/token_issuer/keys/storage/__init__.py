# DEV-ONLY: never ship to production.
"""The key ring on disk: files, locks and what an older format left behind."""
