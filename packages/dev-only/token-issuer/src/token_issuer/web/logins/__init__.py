# DEV-ONLY: never ship to production.
"""The HTTP half of logins: requests decoded for a provider, its results as responses."""
