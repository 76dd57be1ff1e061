# DEV-ONLY: never ship to production.
"""The probed service: its URL, where requests carry the token, and the meaning of responses."""
