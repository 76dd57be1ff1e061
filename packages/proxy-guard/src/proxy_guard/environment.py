"""The definition of a production environment, shared by the guard and the token issuer.

An environment is production unless a variable explicitly names another one. Therefore a missing
variable cannot allow the simulator in production.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # `typing` would cost more than everything the guard does
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

ENVIRONMENT_VARIABLES: Final = (
    "APP_ENV",
    "APP_ENVIRONMENT",
    "APPLICATION_ENV",
    "ENVIRONMENT",
    "ENV",
    "DEPLOY_ENV",
    "DEPLOYMENT_ENV",
    "DEPLOYMENT_ENVIRONMENT",
    "NODE_ENV",
    "PYTHON_ENV",
    "DJANGO_ENV",
    "FLASK_ENV",
    "FASTAPI_ENV",
    "GO_ENV",
    "RAILS_ENV",
    "RACK_ENV",
    "HANAMI_ENV",
    "MIX_ENV",
    "ASPNETCORE_ENVIRONMENT",
    "DOTNET_ENVIRONMENT",
    "AZURE_FUNCTIONS_ENVIRONMENT",
    "VERCEL_ENV",
    "WP_ENVIRONMENT_TYPE",
)
"""Variables that by convention name the environment, in the order in which they are read.

Their usual values are words such as `production` and `development`. Variables with other values are
not included, such as `SPRING_PROFILES_ACTIVE` (a list of profiles) and `GIN_MODE` (a build mode).
"""

NON_PRODUCTION_WORDS: Final = frozenset({
    "development",
    "dev",
    "local",
    "test",
    "testing",
    "ci",
    "qa",
    "docker",
})
"""The only words that mean "not production"; any other word means production, even `staging`."""

_MAX_SHOWN_CHARS: Final = 20


class DeploymentEnvironment:
    """The result of `classify`.

    Attributes:
        is_production: Whether the rules for production apply.
        reason: A clause for reports; it names the deciding variable.
        variable: The deciding variable; None if no variable is set and production is assumed.
    """

    __slots__ = ("is_production", "reason", "variable")

    def __init__(self, *, is_production: bool, reason: str, variable: str | None) -> None:
        self.is_production = is_production
        self.reason = reason
        self.variable = variable

    def __repr__(self) -> str:
        kind = "production" if self.is_production else "non-production"
        return f"<{type(self).__name__} {kind}: {self.reason}>"


def current_environ() -> Mapping[str, str]:
    """Return the environment of this process. No other function of the package reads it."""
    return os.environ  # noqa: TID251  # the only place that reads it


def classify(environ: Mapping[str, str]) -> DeploymentEnvironment:
    """Decide whether *environ* describes a production environment.

    A single variable with a production word outweighs all others. Blank variables are ignored. If
    no variable is set, production is assumed.

    Args:
        environ: Environment variables; only `ENVIRONMENT_VARIABLES` are read.
    """
    words = {name: environ.get(name, "").strip().casefold() for name in ENVIRONMENT_VARIABLES}
    votes = {name: word for name, word in words.items() if word}
    for name, word in votes.items():
        if word not in NON_PRODUCTION_WORDS:
            return DeploymentEnvironment(
                is_production=True, reason=_explain_production(name, word), variable=name
            )
    for name, word in votes.items():
        return DeploymentEnvironment(
            is_production=False, reason=f"{name} says {word!r}", variable=name
        )
    return DeploymentEnvironment(
        is_production=True,
        reason="no variable names the environment, so production is assumed",
        variable=None,
    )


def _explain_production(name: str, word: str) -> str:
    if word in {"production", "prod", "live"}:
        return f"{name} says {word!r}"
    # The variable may contain a secret by mistake, so only a plain word is repeated.
    is_plain_word = (
        word.isascii() and word.replace("-", "").isalpha() and len(word) <= _MAX_SHOWN_CHARS
    )
    says = f"says {word!r}" if is_plain_word else "has a value"
    return f"{name} {says}, which is not one of {', '.join(sorted(NON_PRODUCTION_WORDS))}"
