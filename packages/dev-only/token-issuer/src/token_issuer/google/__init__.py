# DEV-ONLY: never ship to production.
"""Google's machines, without HTTP: service accounts, their assertions and their tokens.

`google.machines` is what `web` uses.
"""
