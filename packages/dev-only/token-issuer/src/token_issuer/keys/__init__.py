# DEV-ONLY: never ship to production.
"""The key ring: keys, their rotation, the documents that publish them, and their storage."""
