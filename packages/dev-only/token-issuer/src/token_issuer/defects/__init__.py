# DEV-ONLY: never ship to production.
"""Tokens that are wrong in exactly one way."""

from token_issuer.defects.defect import Defect, Severity, Verdict

__all__ = ["Defect", "Severity", "Verdict"]
