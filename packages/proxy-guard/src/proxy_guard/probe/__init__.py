"""The probe: fetches `JWT_JWKS_URI` as a lenient client does, and has the response searched."""
