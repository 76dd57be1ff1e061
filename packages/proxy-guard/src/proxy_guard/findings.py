"""What the guard can report: a stable code, what it means, what was seen, what to do about it."""

from __future__ import annotations

from proxy_guard import urls
from proxy_guard.dev_marks import (
    CERTIFICATE_COMMON_NAME,
    DEFAULT_KID,
    DEFAULT_PORT,
    HEADER_NAME,
    ISSUER_HOST,
    JWKS_MEMBER,
    SERVICE_NAME,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

DEV_KEY: Final = "dev_key"
PUBLISHED_KEY: Final = "published_key"
DEV_KID: Final = "dev_kid"
DEV_JWKS: Final = "dev_jwks"
DEV_CERTIFICATE: Final = "dev_certificate"
DEV_HEADER: Final = "dev_header"
DEV_REFERENCE: Final = "dev_reference"
UNJUDGED_KEYS: Final = "unjudged_keys"
PROBE_FAILED: Final = "probe_failed"

_PROVIDER: Final = "your production identity provider"


class Explanation:
    """What a code means and what to do about it.

    Attributes:
        meaning: Sentences for whoever meets the code for the first time.
        what: Template with `{variable}` and `{detail}`.
        remedy: Template with `{variable}`.
    """

    __slots__ = ("meaning", "remedy", "what")

    def __init__(self, *, meaning: str, what: str, remedy: str) -> None:
        self.meaning = meaning
        self.what = what
        self.remedy = remedy


class Finding:
    """One reason to refuse, fit to be printed.

    Attributes:
        code: A key of `EXPLANATIONS`.
        what: What is wrong.
        remedy: What to do about it.
        variable: The environment variable it is about; for what is screened while the proxy runs
            `the key`, `the key set` or `the token`.
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
        meaning=f"The dev-only simulator answers under the host name '{SERVICE_NAME}', in any "
        "spelling and with any prefix or suffix that container tools add to it.",
        what=f"{{variable}} names the dev-only {SERVICE_NAME} as its host ({{detail}})",
        remedy=f"Set {{variable}} to {_PROVIDER}. If a service of your own "
        f"has '{SERVICE_NAME}' in its name, give it another name: this one is reserved.",
    ),
    urls.TOKEN_ISSUER_PATH: Explanation(
        meaning=f"The name '{SERVICE_NAME}' stands in the path, the query or the fragment, as it "
        "does when a gateway routes to the dev-only simulator.",
        what=f"{{variable}} names the dev-only {SERVICE_NAME} behind its host ({{detail}})",
        remedy=f"Set {{variable}} to {_PROVIDER}. If a gateway route of your "
        f"own has '{SERVICE_NAME}' in its path, rename the route: the name is reserved.",
    ),
    urls.ISSUER_LOCAL: Explanation(
        meaning=f"The dev-only simulator issues its tokens in the name of {ISSUER_HOST}.",
        what=f"{{variable}} names {ISSUER_HOST}, the dev-only {SERVICE_NAME} ({{detail}})",
        remedy=f"Set {{variable}} to {_PROVIDER}; names in .local never belong to one.",
    ),
    urls.LOCAL_DEV_PORT: Explanation(
        meaning=f"The dev-only simulator is published on port {DEFAULT_PORT} of the machine that "
        "runs it. Other ports of the same machine are allowed.",
        what=f"{{variable}} leads to port {DEFAULT_PORT} of this machine or of its container "
        f"host, where the dev-only {SERVICE_NAME} listens ({{detail}})",
        remedy=f"Set {{variable}} to {_PROVIDER}. If a sidecar of your own "
        f"listens there, move it to a port other than {DEFAULT_PORT}.",
    ),
    urls.SEVERAL_URIS: Explanation(
        meaning="There is more than one URI in one variable, and clients disagree about which of "
        "them is meant.",
        what="{variable} cannot be judged: {detail}",
        remedy="Set {variable} to exactly one URI.",
    ),
    urls.UNSUPPORTED_SCHEME: Explanation(
        meaning="Keys are fetched by http or https only; of any other scheme the guard cannot "
        "tell where it leads.",
        what="{variable} cannot be judged: {detail}",
        remedy=f"Set {{variable}} to the https:// URI of {_PROVIDER}; a key "
        "that is no URI belongs into JWT_PUBLIC_KEY.",
    ),
    urls.UNREADABLE_URI: Explanation(
        meaning="The value is no plain URI, and clients repair such values each in its own way. "
        "The guard fails closed.",
        what="{variable} cannot be judged: {detail}",
        remedy="Write {variable} as one plain URI, https://host/path, without anything around it.",
    ),
    DEV_KEY: Explanation(
        meaning=f"The modulus of each RSA key of the dev-only {SERVICE_NAME} begins with a "
        "watermark of 24 bytes, which no other key has. Anybody can get a token signed by it.",
        what=f"{{variable}} brings a key that the dev-only {SERVICE_NAME} made ({{detail}})",
        remedy=f"Take {{variable}} from {_PROVIDER}.",
    ),
    PUBLISHED_KEY: Explanation(
        meaning="The private half of this key is printed in a standard, a manual or a public "
        "repository. Anybody can sign tokens with it.",
        what="{variable} brings a key whose private half is public: {detail}",
        remedy="Make a new key pair, publish its public half and take {variable} from there; "
        "consider every token that was signed with this one a forgery.",
    ),
    DEV_KID: Explanation(
        meaning=f"The dev-only {SERVICE_NAME} calls its keys '{DEFAULT_KID}', "
        f"'{DEFAULT_KID}-2', '{DEFAULT_KID}-3' and so on.",
        what=f"{{variable}} brings a key id of the dev-only {SERVICE_NAME} ({{detail}})",
        remedy=f"Take {{variable}} from {_PROVIDER}. If a key of your own "
        f"is called '{DEFAULT_KID}', give it another name: this one is reserved.",
    ),
    DEV_JWKS: Explanation(
        meaning=f"The key set of the dev-only {SERVICE_NAME} says so itself, by an extra member "
        f"'{JWKS_MEMBER}'.",
        what=f"{{variable}} brings the key set of the dev-only {SERVICE_NAME} ({{detail}})",
        remedy=f"Take {{variable}} from {_PROVIDER}.",
    ),
    DEV_CERTIFICATE: Explanation(
        meaning=f"The certificates of the dev-only {SERVICE_NAME} have the common name "
        f"'{CERTIFICATE_COMMON_NAME}'.",
        what=f"{{variable}} brings a certificate of the dev-only {SERVICE_NAME} ({{detail}})",
        remedy=f"Take {{variable}} from {_PROVIDER}.",
    ),
    DEV_HEADER: Explanation(
        meaning=f"The dev-only {SERVICE_NAME} sets the header {HEADER_NAME} in its answers, "
        "and a gateway in front of it passes that on.",
        what=f"{{variable}} leads to the dev-only {SERVICE_NAME}, which says so ({{detail}})",
        remedy=f"Set {{variable}} to {_PROVIDER}.",
    ),
    DEV_REFERENCE: Explanation(
        meaning=f"What was fetched or received points to the dev-only {SERVICE_NAME}: by a "
        "redirect, or by a member such as iss, jku, x5u or jwks_uri.",
        what=f"{{variable}} points to the dev-only {SERVICE_NAME}: {{detail}}",
        remedy=f"Take {{variable}} from {_PROVIDER}.",
    ),
    UNJUDGED_KEYS: Explanation(
        meaning="What holds the keys is so large or so deeply nested that the guard does not look "
        "through all of it, and fails closed. Real key sets are a few kilobytes.",
        what="{variable} cannot be judged: {detail}",
        remedy=f"Take {{variable}} from {_PROVIDER}, as one key or one key set.",
    ),
    PROBE_FAILED: Explanation(
        meaning="The keys had to be looked at before the start (--require-probe), and there were "
        "none to look at. Without that option the same is reported and allowed.",
        what="{variable} was to be probed, without success: {detail}",
        remedy="Let {variable} answer with its key set before the proxy starts, or do without "
        "--require-probe (require_probe=True).",
    ),
}
"""All codes the guard can report."""
