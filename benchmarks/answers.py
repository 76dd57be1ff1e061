"""Validation of sample responses, so that a fast but wrong server is not measured."""

import json
import urllib.error
import urllib.request

import jwt

from benchmarks.errors import MeasurementError
from benchmarks.load import Request
from benchmarks.processes import Server
from benchmarks.subjects import Subject


def check_answers(subject: Subject, server: Server) -> None:
    """Request a token, if the subject mints tokens, and verify it with the subject's key set.

    Raises:
        MeasurementError: a response is not 200, or the token is not valid.
    """
    keys = jwt.PyJWKSet.from_dict(fetch(server, subject.jwks))
    if subject.token is None:
        return
    answer = fetch(server, subject.token)
    token = str(answer.get("access_token") or answer.get("token"))
    try:
        kid = jwt.get_unverified_header(token)["kid"]
        jwt.decode(token, keys[kid], algorithms=["RS256"], options={"verify_aud": False})
    except (jwt.PyJWTError, KeyError) as error:
        message = f"{subject.name}: its token does not verify: {type(error).__name__}"
        raise MeasurementError(message) from error


def fetch(server: Server, request: Request) -> dict[str, object]:
    """Send one request and return the JSON object in the response.

    Raises:
        MeasurementError: the response is not 200 with a JSON object.
    """
    data = request.body.encode() or None
    outgoing = urllib.request.Request(server.url + request.path, data, method=request.method)
    if request.body.startswith("{"):
        outgoing.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(outgoing, timeout=60) as answer:
            document: dict[str, object] = json.load(answer)
    except (urllib.error.URLError, ValueError) as error:
        message = f"{request.method} {request.path}: {error}"
        raise MeasurementError(message) from error
    return document
