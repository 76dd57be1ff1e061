"""What is looked for in a configuration. A rule is a function from an environment to findings."""

from __future__ import annotations

from proxy_guard import urls
from proxy_guard.dev_marks import DEFAULT_PORT, ISSUER_HOST, SERVICE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Final, TypeAlias

    Rule: TypeAlias = Callable[[Mapping[str, str]], Iterator["Finding"]]

JWKS_URI_VARIABLE: Final = "JWT_JWKS_URI"
ISSUER_VARIABLE: Final = "JWT_ISSUER"


class Explanation:
    """What a code means and what to do about it.

    Attributes:
        what: Template with `{variable}` and `{detail}`.
        remedy: Template with `{variable}`.
    """

    __slots__ = ("remedy", "what")

    def __init__(self, *, what: str, remedy: str) -> None:
        self.what = what
        self.remedy = remedy


class Finding:
    """One reason to refuse, fit to be printed.

    Attributes:
        code: A key of `EXPLANATIONS`.
        what: What is wrong.
        remedy: What to do about it.
        variable: The environment variable it is about.
    """

    __slots__ = ("code", "remedy", "variable", "what")

    def __init__(self, code: str, *, variable: str, detail: str) -> None:
        explanation = EXPLANATIONS[code]
        self.code = code
        self.variable = variable
        self.what = explanation.what.format(variable=variable, detail=detail)
        self.remedy = explanation.remedy.format(variable=variable)

    def __repr__(self) -> str:
        return f"<Finding {self.code} in {self.variable}>"


EXPLANATIONS: Final = {
    urls.TOKEN_ISSUER_HOST: Explanation(
        what=f"{{variable}} names the dev-only {SERVICE_NAME} as its host ({{detail}})",
        remedy="Set {variable} to your production identity provider. If a service of your own "
        f"has '{SERVICE_NAME}' in its name, give it another name: this one is reserved.",
    ),
    urls.TOKEN_ISSUER_PATH: Explanation(
        what=f"{{variable}} names the dev-only {SERVICE_NAME} behind its host ({{detail}})",
        remedy="Set {variable} to your production identity provider. If a gateway route of your "
        f"own has '{SERVICE_NAME}' in its path, rename the route: the name is reserved.",
    ),
    urls.ISSUER_LOCAL: Explanation(
        what=f"{{variable}} names {ISSUER_HOST}, the dev-only {SERVICE_NAME} ({{detail}})",
        remedy="Set {variable} to your production identity provider; names in .local never "
        "belong to one.",
    ),
    urls.LOCAL_DEV_PORT: Explanation(
        what=f"{{variable}} leads to port {DEFAULT_PORT} of this machine or of its container "
        f"host, where the dev-only {SERVICE_NAME} listens ({{detail}})",
        remedy="Set {variable} to your production identity provider. If a sidecar of your own "
        f"listens there, move it to a port other than {DEFAULT_PORT}.",
    ),
    urls.SEVERAL_URIS: Explanation(
        what="{variable} cannot be judged: {detail}",
        remedy="Set {variable} to exactly one URI.",
    ),
    urls.UNSUPPORTED_SCHEME: Explanation(
        what="{variable} cannot be judged: {detail}",
        remedy="Set {variable} to the https:// URI of your production identity provider; a key "
        "that is no URI belongs into JWT_PUBLIC_KEY.",
    ),
    urls.UNREADABLE_URI: Explanation(
        what="{variable} cannot be judged: {detail}",
        remedy="Write {variable} as one plain URI, https://host/path, without anything around it.",
    ),
}
"""All codes the guard can report."""


def check_jwks_uri(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Look at where keys will be fetched; unset means a static key and is fine."""
    value = environ.get(JWKS_URI_VARIABLE, "")
    verdict = None if urls.is_unset(value) else urls.inspect_uri(value)
    if verdict:
        yield Finding(verdict.code, variable=JWKS_URI_VARIABLE, detail=verdict.detail)


def check_issuer(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Look at whose tokens will be accepted."""
    verdict = urls.inspect_issuer(environ.get(ISSUER_VARIABLE, ""))
    if verdict:
        yield Finding(verdict.code, variable=ISSUER_VARIABLE, detail=verdict.detail)


RULES: Final[tuple[Rule, ...]] = (check_jwks_uri, check_issuer)
"""All rules, in the order of the report."""

INSPECTED_VARIABLES: Final = (JWKS_URI_VARIABLE, ISSUER_VARIABLE)
"""The variables that the rules read."""
