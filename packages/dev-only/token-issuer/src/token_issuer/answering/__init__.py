# DEV-ONLY: never ship to production.
"""What tokens and keys are answered with, whoever reads the request. No web framework here."""
