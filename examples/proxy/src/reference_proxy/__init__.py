"""A reverse proxy to copy from: it verifies the bearer token of each request against a JWKS."""
