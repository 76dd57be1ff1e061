"""Authlib's resource protector for Flask, as in Auth0's quickstart "Flask API"."""

import json
from urllib.request import urlopen

from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.oauth2.rfc7523 import JWTBearerTokenValidator
from flask import Flask
from joserfc.jwk import KeySet
from serving import AUDIENCE, ISSUER, JWKS_URI, serve


class Validator(JWTBearerTokenValidator):
    def __init__(self) -> None:
        with urlopen(JWKS_URI) as answer:  # noqa: S310  # http, from the runner
            super().__init__(KeySet.import_key_set(json.load(answer)))
        self.claims_options = {
            "exp": {"essential": True},
            "aud": {"essential": True, "value": AUDIENCE},
            "iss": {"essential": True, "value": ISSUER},
        }


require_auth = ResourceProtector()
require_auth.register_token_validator(Validator())
app = Flask(__name__)


@app.get("/")
@require_auth()  # type: ignore[untyped-decorator]  # of the stubs of Authlib
def read() -> str:
    return "accepted\n"


serve(app)
