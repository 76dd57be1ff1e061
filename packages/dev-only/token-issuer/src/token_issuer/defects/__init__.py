# DEV-ONLY: never ship to production.
"""Tokens that are wrong in exactly one way."""

from token_issuer.defects.catalogue import CATALOGUE
from token_issuer.defects.checks import CHECKS
from token_issuer.defects.defect import Defect, Verdict

__all__ = ["CATALOGUE", "CHECKS", "Defect", "Verdict"]
