# DEV-ONLY: never ship to production.
"""The subcommands: one module each, with `run(args) -> int`."""
