# DEV-ONLY: never ship to production.
"""Firing the catalogue of defects at a proxy, and watching how it fetches its keys."""
