"""A reverse proxy to copy from: guarded at boot, every request verified against a JWKS."""
