"""python-jose: JSON Web Token, "Verifying token claims"; the keys as in Auth0's quickstart."""

import json
from urllib.request import urlopen

from jose import JWTError, jwt
from serving import AUDIENCE, ISSUER, JWKS_URI, serve_resource


def verify(token: str) -> object:
    with urlopen(JWKS_URI) as answer:  # noqa: S310  # http, from the runner
        jwks = json.load(answer)
    kid = jwt.get_unverified_header(token).get("kid")
    rsa_key = next((key for key in jwks["keys"] if key["kid"] == kid), None)
    if rsa_key is None:
        message = "no key with this kid"
        raise JWTError(message)
    return jwt.decode(token, rsa_key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)


serve_resource(verify, JWTError)
