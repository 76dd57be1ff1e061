# DEV-ONLY: never ship to production.
"""The probe of an application that logs users in: defective logins, one at a time."""
