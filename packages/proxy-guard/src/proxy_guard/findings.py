"""Findings of the guard: a stable code, its meaning, the message and the remedy."""

from __future__ import annotations

from proxy_guard import urls
from proxy_guard.dev_marks import (
    AUTHORITY_COMMON_NAME,
    CERTIFICATE_COMMON_NAME,
    DEFAULT_KID,
    DEFAULT_PORT,
    HEADER_NAME,
    ISSUER_HOST,
    JWKS_MEMBER,
    PAGE_MARK,
    REFRESH_TOKEN_MARK,
    SERVICE_NAME,
    SESSION_COOKIE,
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
DEV_LOGIN: Final = "dev_login"
DEV_CREDENTIAL: Final = "dev_credential"
DEV_AUTHORITY: Final = "dev_authority"
UNVERIFIED_TOKENS: Final = "unverified_tokens"
UNJUDGED_KEYS: Final = "unjudged_keys"
UNJUDGED_FILE: Final = "unjudged_file"
PROBE_FAILED: Final = "probe_failed"

_PROVIDER: Final = "your production identity provider"


class Explanation:
    """The texts of one code.

    Attributes:
        meaning: The background, for `proxy-guard explain`.
        what: Template of the message, with `{variable}` and `{detail}`.
        remedy: Template of the remedy, with `{variable}`.
    """

    __slots__ = ("meaning", "remedy", "what")

    def __init__(self, *, meaning: str, what: str, remedy: str) -> None:
        self.meaning = meaning
        self.what = what
        self.remedy = remedy


class Finding:
    """One reason to refuse a configuration, a key, a key set or a token.

    The texts are safe to print: they contain no user info, query, fragment or key material.

    Attributes:
        code: A key of `EXPLANATIONS`.
        what: What is wrong.
        remedy: What to do about it.
        variable: The name of the environment variable. The `screen_…` functions use `the key`,
            `the key set` or `the token` instead.
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
        meaning=f"'{SERVICE_NAME}' is the host name of the dev-only token issuer. Other spellings "
        "of it are recognized, and so are the prefixes and suffixes that container tools add.",
        what=f"{{variable}} names the dev-only {SERVICE_NAME} as its host ({{detail}})",
        remedy=f"Set {{variable}} to {_PROVIDER}. If a service of your own "
        f"has '{SERVICE_NAME}' in its name, rename the service: the name is reserved.",
    ),
    urls.TOKEN_ISSUER_PATH: Explanation(
        meaning=f"The path, query or fragment contains the name '{SERVICE_NAME}', as it does if a "
        "gateway routes requests to the dev-only token issuer.",
        what=f"{{variable}} names the dev-only {SERVICE_NAME} after its host ({{detail}})",
        remedy=f"Set {{variable}} to {_PROVIDER}. If a gateway route of your "
        f"own has '{SERVICE_NAME}' in its path, rename the route: the name is reserved.",
    ),
    urls.ISSUER_LOCAL: Explanation(
        meaning=f"{ISSUER_HOST} is the host name in the `iss` claim of the tokens of the dev-only "
        "token issuer.",
        what=f"{{variable}} names {ISSUER_HOST}, the issuer of the dev-only {SERVICE_NAME} "
        "({detail})",
        remedy=f"Set {{variable}} to {_PROVIDER}; names that end in .local are reserved for local "
        "networks (RFC 6762).",
    ),
    urls.LOCAL_DEV_PORT: Explanation(
        meaning=f"The dev-only token issuer listens on port {DEFAULT_PORT} by default. Other ports "
        "of the same machine are allowed.",
        what=f"{{variable}} points to port {DEFAULT_PORT} of this machine or of its container "
        f"host, where the dev-only {SERVICE_NAME} listens ({{detail}})",
        remedy=f"Set {{variable}} to {_PROVIDER}. If a sidecar of your own "
        f"listens there, move it to a port other than {DEFAULT_PORT}.",
    ),
    urls.SEVERAL_URIS: Explanation(
        meaning="The variable contains more than one URI, and HTTP clients disagree about which "
        "one to use.",
        what="{variable} cannot be checked: {detail}",
        remedy="Set {variable} to exactly one URI.",
    ),
    urls.UNSUPPORTED_SCHEME: Explanation(
        meaning="Keys are fetched over http or https only. The guard cannot tell where a URI with "
        "another scheme leads.",
        what="{variable} cannot be checked: {detail}",
        remedy=f"Set {{variable}} to the https:// URI of {_PROVIDER}. To configure a key instead "
        "of a URI, set JWT_PUBLIC_KEY.",
    ),
    urls.UNREADABLE_URI: Explanation(
        meaning="The value is not a plain URI. HTTP clients repair such values in different ways, "
        "so the guard rejects them.",
        what="{variable} cannot be checked: {detail}",
        remedy="Write {variable} as one plain URI, such as https://host/path, and nothing else.",
    ),
    DEV_KEY: Explanation(
        meaning=f"The modulus of every RSA key of the dev-only {SERVICE_NAME} begins with a "
        "watermark of 24 bytes that no other key has. Anyone can get a token signed with such a "
        "key.",
        what=f"{{variable}} provides a key of the dev-only {SERVICE_NAME} ({{detail}})",
        remedy=f"Take {{variable}} from {_PROVIDER}.",
    ),
    PUBLISHED_KEY: Explanation(
        meaning="The private half of this key is published in a standard, a manual or a public "
        "repository. Anyone can sign tokens with it.",
        what="{variable} provides a key whose private half is public: {detail}",
        remedy="Create a new key pair, publish its public half and take {variable} from there. "
        "Treat every token that was signed with the old key as forged.",
    ),
    DEV_KID: Explanation(
        meaning=f"The keys of the dev-only {SERVICE_NAME} have the key IDs '{DEFAULT_KID}', "
        f"'{DEFAULT_KID}-2', '{DEFAULT_KID}-3' and so on.",
        what=f"{{variable}} provides a key ID of the dev-only {SERVICE_NAME} ({{detail}})",
        remedy=f"Take {{variable}} from {_PROVIDER}. If a key of your own "
        f"has the key ID '{DEFAULT_KID}', rename it: the key ID is reserved.",
    ),
    DEV_JWKS: Explanation(
        meaning=f"The key set of the dev-only {SERVICE_NAME} identifies itself with the extra "
        f"member '{JWKS_MEMBER}'.",
        what=f"{{variable}} provides the key set of the dev-only {SERVICE_NAME} ({{detail}})",
        remedy=f"Take {{variable}} from {_PROVIDER}.",
    ),
    DEV_CERTIFICATE: Explanation(
        meaning=f"The certificates of the dev-only {SERVICE_NAME} have the common name "
        f"'{CERTIFICATE_COMMON_NAME}'.",
        what=f"{{variable}} provides a certificate of the dev-only {SERVICE_NAME} ({{detail}})",
        remedy=f"Take {{variable}} from {_PROVIDER}.",
    ),
    DEV_HEADER: Explanation(
        meaning=f"The dev-only {SERVICE_NAME} sets the header {HEADER_NAME} in its responses. A "
        "gateway in front of it passes the header on.",
        what=f"{{variable}} points to the dev-only {SERVICE_NAME}: {{detail}}",
        remedy=f"Set {{variable}} to {_PROVIDER}.",
    ),
    DEV_REFERENCE: Explanation(
        meaning=f"The fetched response, the received token or the key file refers to the dev-only "
        f"{SERVICE_NAME} in a redirect or in a member such as iss, jku, jwks_uri or token_uri.",
        what=f"{{variable}} refers to the dev-only {SERVICE_NAME}: {{detail}}",
        remedy=f"Take {{variable}} from {_PROVIDER}.",
    ),
    DEV_LOGIN: Explanation(
        meaning=f"The login pages of the dev-only {SERVICE_NAME} contain the element {PAGE_MARK}, "
        f"and a login sets the cookie '{SESSION_COOKIE}'. A gateway in front of it passes both on.",
        what=f"{{variable}} leads to a login at the dev-only {SERVICE_NAME}: {{detail}}",
        remedy=f"Set {{variable}} to {_PROVIDER}.",
    ),
    DEV_CREDENTIAL: Explanation(
        meaning=f"The codes, tokens and session cookies of the dev-only {SERVICE_NAME} begin with "
        f"marks such as '{REFRESH_TOKEN_MARK}'. It gives them to anyone, as any user. A service "
        "that is configured with one relies on the simulator.",
        what=f"{{variable}} contains {{detail}} of the dev-only {SERVICE_NAME}",
        remedy=f"Log in at {_PROVIDER}, and set {{variable}} to what it gives you.",
    ),
    DEV_AUTHORITY: Explanation(
        meaning=f"The dev-only {SERVICE_NAME} signs TLS certificates, also for the names of "
        f"Google, with an authority whose common name is '{AUTHORITY_COMMON_NAME}'. A program that "
        "trusts this authority takes the simulator for Google.",
        what=f"{{variable}} trusts the certificate authority of the dev-only {SERVICE_NAME}: "
        "{detail}",
        remedy="Remove the simulator's certificates from the file, directory or text that "
        "{variable} provides, or unset {variable}.",
    ),
    UNVERIFIED_TOKENS: Explanation(
        meaning="If FIREBASE_AUTH_EMULATOR_HOST is set, the Admin SDKs of Firebase accept ID "
        "tokens and session cookies without a signature. Anyone can make such a token.",
        what="{variable} switches off the verification of tokens: {detail}",
        remedy="Unset {variable}.",
    ),
    UNJUDGED_KEYS: Explanation(
        meaning="The guard cannot search all of the input: it is too large or too deeply nested, "
        "or it is an HTTP response that clients read in different ways or in an encoding that the "
        "guard does not know. So the guard rejects it. Real key sets have a few kilobytes.",
        what="{variable} cannot be checked: {detail}",
        remedy=f"Take {{variable}} from {_PROVIDER}, as one key or one key set.",
    ),
    UNJUDGED_FILE: Explanation(
        meaning="The variable names a file of certificates or keys that the guard does not search: "
        "it is much larger than real ones, or a pipe or device, which may be read only once.",
        what="{variable} cannot be checked: {detail}",
        remedy="Set {variable} to a regular file with the certificates or the key and nothing "
        "else.",
    ),
    PROBE_FAILED: Explanation(
        meaning="With --require-probe the guard must check the keys before the proxy starts, and "
        "it found no key. Without that option the failure is reported, and the start is allowed.",
        what="{variable} was probed without success: {detail}",
        remedy="Make sure that {variable} serves its keys before the proxy starts, or omit "
        "--require-probe (require_probe=True).",
    ),
}
"""All codes that the guard can report."""
