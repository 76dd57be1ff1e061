# DEV-ONLY: never ship to production.
"""The issuer's own refusal to run where the environment says production."""

from collections.abc import Mapping

from proxy_guard.environment import classify

from token_issuer.errors import ProductionEnvironmentError


def refuse_production(environ: Mapping[str, str]) -> None:
    """Stop in an environment that calls itself production.

    The guard of the proxy assumes production when no variable says otherwise. The issuer must start
    on a bare laptop, so it wants to hear the word.

    Raises:
        ProductionEnvironmentError: a variable names an environment that counts as production.
    """
    environment = classify(environ)
    if environment.is_production and environment.variable is not None:
        raise ProductionEnvironmentError(environment.variable, environment.reason)
