"""The verifiers that are probed, and how each is set up, as the published page tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Runtime(StrEnum):
    """What a verifier runs in, and where it comes from."""

    WORKSPACE = "this repository"
    PYTHON = "PyPI"
    NODE = "npm"
    DEBIAN = "Debian"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verifier:
    """A service around one verifier.

    Attributes:
        title: What it is called on the page.
        runtime: What it runs in.
        program: The file with which it is set up, below the folder of the runtime.
        packages: The packages whose versions are published, the verifier's own first.
        documentation: What the setup follows: title and address of each page.
        setup: How it is configured, for people.
        keys_elsewhere: Why the part of the probe about keys says nothing about it; empty where it
            fetches its keys itself.
        apart: Checks that get a service of their own, since what others leave behind, or they
            themselves, would count against the verifier twice.
    """

    title: str
    runtime: Runtime
    program: str
    packages: tuple[str, ...]
    documentation: Mapping[str, str]
    setup: str
    keys_elsewhere: str = ""
    apart: tuple[str, ...] = ()


GIVEN_KEYS: Final = "it verifies with the keys that it is given and has no client that fetches them"

VERIFIERS: Final[Mapping[str, Verifier]] = {
    "reference-proxy": Verifier(
        title="the reference proxy",
        runtime=Runtime.WORKSPACE,
        program="reference-proxy",
        packages=("reference-proxy", "jwt-core", "pyjwt"),
        documentation={"README": "../examples/proxy/README.md"},
        setup=(
            "Ours, for comparison. `JWKS_COOLDOWN_S=1`, so that the probe comes to all faults of"
            " the key endpoint; every other setting at its default."
        ),
    ),
    "pyjwt": Verifier(
        title="PyJWT, PyJWKClient",
        runtime=Runtime.PYTHON,
        program="pyjwt_service.py",
        packages=("pyjwt", "cryptography", "flask", "waitress"),
        documentation={
            "Retrieve RSA signing keys from a JWKS endpoint": "https://pyjwt.readthedocs.io/en/stable/usage.html#retrieve-rsa-signing-keys-from-a-jwks-endpoint",
        },
        setup=(
            "`PyJWKClient(uri)` with its defaults; `jwt.decode` with `algorithms=['RS256']`,"
            " `audience` and `issuer`. `jwt.PyJWTError` becomes 401."
        ),
    ),
    "joserfc": Verifier(
        title="joserfc",
        runtime=Runtime.PYTHON,
        program="joserfc_service.py",
        packages=("joserfc", "cryptography", "flask", "waitress"),
        documentation={
            "JSON Web Token: use key set, validate claims": "https://jose.authlib.org/en/guide/jwt/",
        },
        setup=(
            "`jwt.decode` with `algorithms=['RS256']` and the key set, fetched for each token;"
            " `JWTClaimsRegistry` with `iss` and `aud` essential and of our value. `JoseError`"
            " becomes 401."
        ),
        keys_elsewhere=GIVEN_KEYS,
    ),
    "authlib": Verifier(
        title="Authlib, ResourceProtector for Flask",
        runtime=Runtime.PYTHON,
        program="authlib_service.py",
        packages=("authlib", "joserfc", "cryptography", "flask", "waitress"),
        documentation={
            "Auth0's quickstart for Flask": "https://auth0.com/docs/quickstart/backend/python/interactive",
            "Resource server": "https://docs.authlib.org/en/latest/flask/2/resource-server.html",
        },
        setup=(
            "`JWTBearerTokenValidator` (RFC 7523) with the key set as it was at the start and"
            " `claims_options` that make `exp`, `aud` and `iss` essential, the latter two of our"
            " value. The leeway is the default, 60 s."
        ),
        keys_elsewhere=GIVEN_KEYS,
    ),
    "python-jose": Verifier(
        title="python-jose",
        runtime=Runtime.PYTHON,
        program="python_jose_service.py",
        packages=("python-jose", "cryptography", "flask", "waitress"),
        documentation={
            "JSON Web Token": "https://python-jose.readthedocs.io/en/latest/jwt/index.html",
        },
        setup=(
            "`jwt.decode` with `algorithms=['RS256']`, `audience` and `issuer`; the key is looked"
            " up by `kid` in the set, fetched for each token, as Auth0's quickstarts did it."
            " `JWTError` becomes 401."
        ),
        keys_elsewhere=GIVEN_KEYS,
    ),
    "jose": Verifier(
        title="jose, createRemoteJWKSet",
        runtime=Runtime.NODE,
        program="jose.mjs",
        packages=("jose",),
        documentation={
            "createRemoteJWKSet": "https://github.com/panva/jose/blob/main/docs/jwks/remote/functions/createRemoteJWKSet.md",
        },
        setup=(
            "`createRemoteJWKSet(url)` with its defaults; `jwtVerify` with `issuer`, `audience` and"
            " `algorithms: ['RS256']`; Node's own HTTP server. `JOSEError` becomes 401."
        ),
    ),
    "express-jwt": Verifier(
        title="express-jwt, jwks-rsa",
        runtime=Runtime.NODE,
        program="express-jwt.mjs",
        packages=("express-jwt", "jwks-rsa", "jsonwebtoken", "express"),
        documentation={
            "express-jwt": "https://github.com/auth0/express-jwt#readme",
            "jwks-rsa, Express": "https://github.com/auth0/node-jwks-rsa/tree/master/examples/express-demo",
        },
        setup=(
            "`expressJwtSecret` with `cache`, `rateLimit` and five requests a minute; `audience`,"
            " `issuer` and `algorithms: ['RS256']`; the error handler of the README."
        ),
        apart=("signature-zero", "key-weak"),  # else its limit of requests is used up by then
    ),
    "fastify-jwt": Verifier(
        title="@fastify/jwt, get-jwks",
        runtime=Runtime.NODE,
        program="fastify-jwt.mjs",
        packages=("@fastify/jwt", "fast-jwt", "get-jwks", "fastify"),
        documentation={
            "get-jwks, integration examples": "https://github.com/nearform/get-jwks#integration-examples",
            "@fastify/jwt": "https://github.com/fastify/fastify-jwt#readme",
        },
        setup=(
            "The example of get-jwks for `@fastify/jwt`, with its `issuersWhitelist`;"
            " `verify` has `algorithms: ['RS256']`, `allowedIss` and `allowedAud`."
        ),
    ),
    "apache": Verifier(
        title="Apache, mod_auth_openidc",
        runtime=Runtime.DEBIAN,
        program="apache.conf",
        packages=("libapache2-mod-auth-openidc", "libcjose0", "apache2-bin"),
        documentation={
            "OAuth 2.0 Resource Server": "https://github.com/OpenIDC/mod_auth_openidc/wiki/OAuth-2.0-Resource-Server",
        },
        setup=(
            "`AuthType oauth20` with `OIDCOAuthVerifyJwksUri`; `Require claim` for `iss` and `aud`."
            " It takes its keys over HTTPS alone, so a TLS terminator stands before the issuer."
            " The project calls this function deprecated, in favour of mod_oauth2, which Debian"
            " does not have."
        ),
        # It keeps the wrong keys of these for up to an hour.
        apart=("keys-fault-redirect-other-host", "keys-fault-duplicate-kid"),
    ),
    "haproxy": Verifier(
        title="HAProxy, jwt_verify",
        runtime=Runtime.DEBIAN,
        program="haproxy.cfg",
        packages=("haproxy",),
        documentation={
            "OAuth 2.0 authorization": "https://www.haproxy.com/documentation/haproxy-configuration-tutorials/security/authentication/oauth-authorization/",
        },
        setup=(
            "The checks of the tutorial: `alg`, `iss`, `aud`, `jwt_verify` with the issuer's public"
            " key as it was at the start, `exp`."
        ),
        keys_elsewhere="it is configured with one public key, in a file that it reads at the start",
    ),
}
