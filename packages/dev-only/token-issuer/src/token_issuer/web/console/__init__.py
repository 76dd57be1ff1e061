# DEV-ONLY: never ship to production.
"""The console: a page for people who mint, inspect and break tokens in a browser."""
