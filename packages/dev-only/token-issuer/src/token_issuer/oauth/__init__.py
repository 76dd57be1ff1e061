# DEV-ONLY: never ship to production.
"""Logins by OAuth 2.0 and OpenID Connect, without HTTP: `oauth.provider` is what `web` uses."""
