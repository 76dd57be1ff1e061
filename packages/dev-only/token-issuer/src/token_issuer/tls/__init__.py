# DEV-ONLY: never ship to production.
"""TLS on memory BIOs: the libssl inside cryptography also serves Pythons without `ssl`."""
