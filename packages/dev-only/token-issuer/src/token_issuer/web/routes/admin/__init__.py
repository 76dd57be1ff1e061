# DEV-ONLY: never ship to production.
"""The `/admin` routes: controls and inspection for tests."""
