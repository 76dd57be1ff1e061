"""Notes about findings that we have tried or looked up, by verifier, then by cause or check."""

from collections.abc import Mapping
from typing import Final

NOTES: Final[Mapping[str, Mapping[str, str]]] = {
    "pyjwt": {
        "exp": ("`options={'require': ['exp']}` rejects a missing `exp`; text is still accepted."),
        "keys-removal": "`lifespan` is the time that it caches a key set, 300 s by default.",
    },
    "joserfc": {
        "exp": "`exp={'essential': True}` in the `JWTClaimsRegistry` rejects such a token.",
    },
    "python-jose": {
        "aud": "`options={'require_aud': True}` rejects such a token.",
        "failure": "`int()` raises an OverflowError, which is not a `JWTError`.",
        "exp": "`options={'require_exp': True}` rejects a missing `exp`; text is still accepted.",
    },
    "jose": {
        "typ": "`typ: 'JWT'` rejects such a token.",
        "exp": "`requiredClaims: ['exp']` rejects such a token.",
        "keys-removal": "`cacheMaxAge` is the time that it caches a key set, 10 min by default.",
    },
    "express-jwt": {
        "failure": (
            "The cause is not the content of the `kid`: `jwksRequestsPerMinute` is 5, and each"
            " further unknown `kid` within a minute becomes a 500. Tokens of cached keys are still"
            " accepted."
        ),
        "keys-removal": "`cacheMaxAge` is the time that it caches a key, 10 min by default.",
    },
    "fastify-jwt": {
        "failure": (
            "No such token is accepted: errors of get-jwks, and those of fast-jwt that @fastify/jwt"
            " does not handle, have no status, and Fastify answers 500."
        ),
        "typ": "`checkTyp: 'JWT'` in `verify` rejects such a token, with a 500.",
        "aud": "`requiredClaims: ['aud']` in `verify` rejects such a token.",
        "exp": "`requiredClaims: ['exp']` in `verify` rejects a missing `exp`.",
        "keys-removal": "`ttl` of get-jwks is the time that it caches a key, 1 min by default.",
    },
    "apache": {
        "aud": (
            "According to its source code, `Require claim` with a colon ignores blanks in the"
            " comparison. The form with a tilde, and `^` and `$` around the name, rejects such a"
            " token."
        ),
        "keys-removal": (
            "`OIDCJWKSRefreshInterval` is the time that it caches a key set, 1 h by default."
        ),
        "keys-fault-duplicate-kid": (
            "It keeps the faulty set until it receives an unknown `kid` or the refresh interval has"
            " passed, so the next rotation repairs it."
        ),
        "keys-fault-redirect-other-host": (
            "It keeps the set of the other host for the same time, since the key in that set has"
            " the `kid` of the valid key."
        ),
    },
    "haproxy": {
        "exp": "`deny unless { var(txn.exp) -m found }` rejects a missing `exp` and NaN.",
        "nbf": "A rule for `$.nbf` like the one for `exp` rejects such a token.",
    },
}
