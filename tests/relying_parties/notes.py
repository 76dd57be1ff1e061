"""What was looked up about findings: the words of the specifications, and other notes."""

from collections.abc import Mapping
from typing import Final

ROBUSTNESS: Final = (
    "No specification demands this of a relying party; it is a matter of robustness."
)

WORDS: Final[Mapping[str, str]] = {
    "algorithms": (
        'RFC 8725 §3.1: "each key MUST be used with exactly one algorithm, and this MUST be'
        ' checked when the cryptographic operation is performed".'
    ),
    "aud": (
        'OpenID Connect Core §3.1.3.7 step 3: "The Client MUST validate that the `aud`'
        ' (audience) Claim contains its `client_id` value".'
    ),
    "azp": (
        'OpenID Connect Core §3.1.3.7 step 3: "The ID Token MUST be rejected […] if it contains'
        ' additional audiences not trusted by the Client." The other audience is not trusted,'
        " since the application is not configured with any."
    ),
    "base64url": (
        'RFC 7519 §7.2: "If any of the listed steps fail, then the JWT MUST be rejected"; RFC'
        ' 7515 §5.2 decodes "following the restriction that no line breaks, whitespace, or other'
        ' additional characters have been used".'
    ),
    "crit": (
        'RFC 7515 §4.1.11: `crit` names extensions "that MUST be understood and processed"; if'
        ' any is not, "then the JWS is invalid".'
    ),
    "exp": (
        'OpenID Connect Core §3.1.3.7 step 9: "The current time MUST be before the time represented'
        ' by the `exp` Claim"; RFC 7519 §4.1.4: "Its value MUST be a number containing a'
        ' NumericDate value."'
    ),
    "id-token": (
        'OpenID Connect Core §3.1.3.5: "The Client MUST validate the Token Response", which'
        " includes the ID token."
    ),
    "iss": (
        'OpenID Connect Core §3.1.3.7 step 2: "The Issuer Identifier for the OpenID Provider'
        ' […] MUST exactly match the value of the `iss` (issuer) Claim."'
    ),
    "json": (
        'RFC 8259 §8.1: "JSON text exchanged between systems that are not part of a closed'
        ' ecosystem MUST be encoded using UTF-8".'
    ),
    "key-strength": (
        'RFC 7518 §3.3: "A key of size 2048 bits or larger MUST be used with these algorithms."'
    ),
    "kid": 'RFC 7515 §4.1.4: "Its value MUST be a case-sensitive string."',
    "nbf": (
        'RFC 7519 §4.1.5: "the current date/time MUST be after or equal to the not-before'
        " date/time listed in the `nbf` claim. […] Its value MUST be a number containing a"
        ' NumericDate value."'
    ),
    "token-type": (
        'RFC 6749 §7.1: "The client MUST NOT use an access token if it does not understand the'
        ' token type."'
    ),
    "userinfo-sub": (
        'OpenID Connect Core §5.3.2: "The `sub` Claim in the UserInfo Response MUST be verified'
        " to exactly match the `sub` Claim in the ID Token; if they do not match, the UserInfo"
        ' Response values MUST NOT be used."'
    ),
}
"""The words of the specification that a finding breaks, by its cause."""

KEEPS_FOREIGN_KEYS: Final = (
    "It keeps the key set of the other host, in which the key has the same `kid`, until a token has"
    " a `kid` that the set lacks."
)
NOTES: Final[Mapping[str, Mapping[str, str]]] = {
    "authlib": {
        "aud": (
            "By default Authlib compares `azp`, and demands of `aud` only that it is there if `azp`"
            " is this client."
        ),
        "keys-fault-redirect-other-host": KEEPS_FOREIGN_KEYS,
    },
    "mod_auth_openidc": {
        "keys-fault-duplicate-kid": (
            "It keeps the faulty set until a token has a `kid` that the set lacks."
        ),
        "keys-fault-redirect-other-host": KEEPS_FOREIGN_KEYS,
    },
    "oidc-client-ts": {
        "aud": "According to its source code, it compares `sub` and `nonce` alone.",
    },
    "spring": {
        "iss": (
            "Only the case of the scheme differs, since the URL of the issuer has no path. It"
            " rejects an issuer whose path differs in case."
        ),
    },
}
"""Other notes about findings, by relying party, then by cause or check."""


def cite(finding: Mapping[str, str]) -> str:
    """Return the words of the specification that *finding* breaks."""
    return ROBUSTNESS if finding["check"].startswith("keys-") else WORDS[finding["cause"]]
