# DEV-ONLY: never ship to production.
"""The probed service: its URL, how requests carry a token, and how responses are read."""
