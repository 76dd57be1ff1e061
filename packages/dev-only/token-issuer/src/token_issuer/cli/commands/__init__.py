# DEV-ONLY: never ship to production.
"""The commands: one module each, with `add_options(parser)` and `run(args) -> int`."""
