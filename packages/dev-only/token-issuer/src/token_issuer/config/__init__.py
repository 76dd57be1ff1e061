# DEV-ONLY: never ship to production.
"""Settings, and where they come from: environment, env file, profiles file, command line."""
