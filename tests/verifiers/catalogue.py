"""The probed verifiers, and the description of their setups for the published page."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Runtime(StrEnum):
    """Runtime of a verifier, and the source of its packages."""

    WORKSPACE = "this repository"
    PYTHON = "PyPI"
    NODE = "npm"
    DEBIAN = "Debian"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verifier:
    """A service around one verifier.

    Attributes:
        title: Its name on the page.
        runtime: Its runtime.
        program: The program or configuration file, below the folder of the runtime.
        packages: The packages whose versions are published, that of the verifier first.
        documentation: Title and address of each page that the setup follows.
        setup: Description of the configuration, for the page.
        keys_elsewhere: Why the key part of the probe does not apply; empty if the verifier fetches
            its keys itself.
        apart: Checks that run against a separate service, since they and other checks would affect
            each other's results.
    """

    title: str
    runtime: Runtime
    program: str
    packages: tuple[str, ...]
    documentation: Mapping[str, str]
    setup: str
    keys_elsewhere: str = ""
    apart: tuple[str, ...] = ()


GIVEN_KEYS: Final = "the library expects the keys from its caller and cannot fetch them"

VERIFIERS: Final[Mapping[str, Verifier]] = {
    "reference-proxy": Verifier(
        title="the reference proxy",
        runtime=Runtime.WORKSPACE,
        program="reference-proxy",
        packages=("reference-proxy", "jwt-core", "pyjwt"),
        documentation={"README": "../examples/proxy/README.md"},
        setup=(
            "Part of this project, for comparison. `JWKS_COOLDOWN_S=1`, so that the probe has time"
            " for all faults of the key endpoint; all other settings are defaults."
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
            " `JWTClaimsRegistry` with the expected `iss` and `aud`, both essential. `JoseError`"
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
            "`JWTBearerTokenValidator` (RFC 7523) with the key set fetched once at the start, and"
            " `claims_options` with `exp` and the expected `aud` and `iss`, all essential. The"
            " leeway is the default, 60 s."
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
            "`jwt.decode` with `algorithms=['RS256']`, `audience` and `issuer`; the key is selected"
            " by `kid` from the key set, which is fetched for each token, as in Auth0's former"
            " quickstarts. `JWTError` becomes 401."
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
        apart=("signature-zero", "key-weak"),  # earlier checks would use up its request limit
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
            "The get-jwks example for `@fastify/jwt`, with `issuersWhitelist`; `verify` has"
            " `algorithms: ['RS256']`, `allowedIss` and `allowedAud`."
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
            " It fetches keys only over HTTPS, so the issuer runs behind a TLS terminator. The"
            " project has deprecated this function in favour of mod_oauth2, which is not part of"
            " Debian."
        ),
        # It keeps the wrong keys of these faults for up to an hour.
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
            " key, read once at the start, and `exp`."
        ),
        keys_elsewhere="it reads one public key from a file at the start",
    ),
}
