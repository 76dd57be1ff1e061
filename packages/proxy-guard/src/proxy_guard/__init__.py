"""Boot-time guard: a proxy in production refuses to start against the dev-only token issuer."""
