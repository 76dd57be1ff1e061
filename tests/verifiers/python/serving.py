"""The common part of the Python services: a protected resource, and a server."""

import os
from collections.abc import Callable
from typing import Final

import waitress
from flask import Flask, abort, request

JWKS_URI: Final = os.environ["JWKS_URI"]
ISSUER: Final = os.environ["ISSUER"]
AUDIENCE: Final = os.environ["AUDIENCE"]


def serve(app: Flask) -> None:
    """Serve until the process ends, with Waitress as in Flask's documentation."""
    waitress.serve(app, host="127.0.0.1", port=int(os.environ["PORT"]), _quiet=True)


def serve_resource(verify: Callable[[str], object], *refused: type[Exception]) -> None:
    """Serve `/` to requests with a bearer token for which *verify* raises none of *refused*."""
    app = Flask(__name__)

    @app.get("/")
    def read() -> str:
        credentials = request.authorization
        if credentials is None or credentials.type != "bearer" or not credentials.token:
            abort(401)
        try:
            verify(credentials.token)
        except refused:
            abort(401)
        return "accepted\n"

    serve(app)
