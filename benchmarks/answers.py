"""Validation of sample responses, so that a fast but wrong server is not measured."""

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from benchmarks.errors import MeasurementError
from benchmarks.load import Request
from benchmarks.processes import Server
from benchmarks.subjects import CLIENT_ID, NONCE, Subject


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


def check_login(subject: Subject, server: Server) -> None:
    """Log a user in, and verify the ID token with the subject's key set.

    Raises:
        MeasurementError: a response is not the expected one, or the ID token is not valid.
    """
    keys = jwt.PyJWKSet.from_dict(fetch(server, subject.jwks))
    login = subject.get_login()
    code = urlencode({"code": _fetch_code(subject, server, login.authorization)})
    redemption = replace(login.redemption, body=f"{login.redemption.body}&{code}")
    token = str(fetch(server, redemption).get("id_token"))
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = keys.keys[0] if kid is None else keys[kid]
        claims = jwt.decode(token, key, algorithms=["RS256"], audience=CLIENT_ID)
    except (jwt.PyJWTError, KeyError) as error:
        message = f"{subject.name}: its ID token does not verify: {type(error).__name__}"
        raise MeasurementError(message) from error
    if claims.get("nonce") != NONCE:
        message = f"{subject.name}: its ID token lacks the nonce"
        raise MeasurementError(message)


def _fetch_code(subject: Subject, server: Server, request: Request) -> str:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if request.body else {}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(request.method, request.path, request.body or None, headers)
        location = connection.getresponse().getheader("Location") or ""
    except (OSError, http.client.HTTPException) as error:
        message = f"{subject.name}: the authorization request failed: {error}"
        raise MeasurementError(message) from error
    finally:
        connection.close()
    codes = parse_qs(urlsplit(location).query).get("code")
    if codes is None:
        message = f"{subject.name}: its authorization endpoint returned no code"
        raise MeasurementError(message)
    return codes[0]


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
