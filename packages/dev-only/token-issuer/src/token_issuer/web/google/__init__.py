# DEV-ONLY: never ship to production.
"""The HTTP half of Google's machines: key documents, the metadata server and Firebase."""
