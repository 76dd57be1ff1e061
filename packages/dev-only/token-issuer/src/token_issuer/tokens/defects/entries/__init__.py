# DEV-ONLY: never ship to production.
"""The entries of the catalogue: what each defect is, and how it is made."""
