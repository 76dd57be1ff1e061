"""What we have tried or read ourselves about findings: by verifier, and by cause or check."""

from collections.abc import Mapping
from typing import Final

NOTES: Final[Mapping[str, Mapping[str, str]]] = {
    "pyjwt": {
        "exp": "`options={'require': ['exp']}` closes it for a missing `exp`; text still counts.",
        "keys-removal": "`lifespan` is how long it keeps a set, 300 s by default.",
    },
    "joserfc": {
        "exp": "`exp={'essential': True}` in the `JWTClaimsRegistry` closes it.",
    },
    "python-jose": {
        "aud": "`options={'require_aud': True}` closes it.",
        "failure": "`int()` raises an OverflowError, which is no `JWTError`.",
        "exp": "`options={'require_exp': True}` closes it for a missing `exp`; text still counts.",
    },
    "jose": {
        "typ": "`typ: 'JWT'` closes it.",
        "exp": "`requiredClaims: ['exp']` closes it.",
        "keys-removal": "`cacheMaxAge` is how long it keeps a set, ten minutes by default.",
    },
    "express-jwt": {
        "failure": (
            "What the `kid` says is of no account: `jwksRequestsPerMinute` is 5, and from the next"
            " unknown one within a minute on the error of the limit becomes a 500. Tokens of keys"
            " that it holds go on being accepted."
        ),
        "keys-removal": "`cacheMaxAge` is how long it keeps a key, ten minutes by default.",
    },
    "fastify-jwt": {
        "failure": (
            "Nobody gets in: errors of get-jwks, and those of fast-jwt that @fastify/jwt does not"
            " name, carry no status, and Fastify answers 500."
        ),
        "typ": "`checkTyp: 'JWT'` in `verify` keeps it out, with a 500.",
        "aud": "`requiredClaims: ['aud']` in `verify` closes it.",
        "exp": "`requiredClaims: ['exp']` in `verify` closes it for a missing `exp`.",
        "keys-removal": "`ttl` of get-jwks is how long it keeps a key, a minute by default.",
    },
    "apache": {
        "aud": (
            "`Require claim` with a colon compares approximately, blanks aside, as its source"
            " says; the form with a tilde and `^` and `$` around the name closes it."
        ),
        "keys-removal": "`OIDCJWKSRefreshInterval` is how long it keeps a set, an hour by default.",
        "keys-fault-duplicate-kid": (
            "It keeps the spoilt set until it meets an unknown `kid` or the refresh interval is"
            " over: a rotation mends it."
        ),
        "keys-fault-redirect-other-host": (
            "It keeps the set of the other host until the same moments; the faulty document names"
            " its key as the good one."
        ),
    },
    "haproxy": {
        "exp": "`deny unless { var(txn.exp) -m found }` closes it for a missing `exp` and for NaN.",
        "nbf": "A rule as the one about `exp`, on `$.nbf`, closes it.",
    },
}
