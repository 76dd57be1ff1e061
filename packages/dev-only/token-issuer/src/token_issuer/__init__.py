# DEV-ONLY: never ship to production.
"""A token issuer for Docker and QA stacks that looks like Google's and that production refuses."""
