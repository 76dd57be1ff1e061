"""Env files, read as Compose reads them."""
