# DEV-ONLY: never ship to production.
"""The options of the subcommands, and the parser that reads them."""
