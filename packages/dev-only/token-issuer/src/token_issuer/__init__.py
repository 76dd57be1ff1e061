# DEV-ONLY: never ship to production.
"""A token issuer for Docker and QA stacks. It imitates Google's, and production refuses it.

    from token_issuer import run_token_issuer

    with run_token_issuer(audience="my-api") as issuer:
        print(issuer.jwks_uri, issuer.mint(sub="alice"))

The names are loaded when they are first used: every command and every pytest session imports this
package, and few of them run an issuer in their own process.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from token_issuer.testing import RunningIssuer, run_token_issuer

__all__ = ["RunningIssuer", "run_token_issuer"]


if not TYPE_CHECKING:  # or type checkers would believe that the package has any name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        from token_issuer import testing  # noqa: PLC0415  # see the module

        return getattr(testing, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
