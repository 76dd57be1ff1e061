# DEV-ONLY: never ship to production.
"""The socket, uvicorn, worker processes and signals."""
