"""PyJWT with its PyJWKClient: Usage, "Retrieve RSA signing keys from a JWKS endpoint"."""

import jwt
from serving import AUDIENCE, ISSUER, JWKS_URI, serve_resource

jwks_client = jwt.PyJWKClient(JWKS_URI)


def verify(token: str) -> object:
    signing_key = jwks_client.get_signing_key_from_jwt(token)
    return jwt.decode(token, signing_key, audience=AUDIENCE, issuer=ISSUER, algorithms=["RS256"])


serve_resource(verify, jwt.PyJWTError)
