# DEV-ONLY: never ship to production.
"""Why a probe cannot begin or go on."""

from token_issuer.errors import TokenIssuerError


class ProbeError(TokenIssuerError):
    """The probe cannot begin or go on; says why, and what to do."""

    code = "probe"
    exit_code = 2
