"""joserfc: JSON Web Token, "Use key set" and "Validate claims"."""

import json
from urllib.request import urlopen

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from serving import AUDIENCE, ISSUER, JWKS_URI, serve_resource

claims_requests = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": AUDIENCE},
)


def verify(token: str) -> object:
    with urlopen(JWKS_URI) as answer:  # noqa: S310  # http, from the runner
        key_set = KeySet.import_key_set(json.load(answer))
    decoded = jwt.decode(token, key_set, algorithms=["RS256"])
    claims_requests.validate(decoded.claims)
    return decoded.claims


serve_resource(verify, JoseError)
