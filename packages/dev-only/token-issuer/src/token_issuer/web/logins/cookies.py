# DEV-ONLY: never ship to production.
"""The session cookie, which contains the sealed session of a browser.

Browsers send the cookies of a host to all its ports. So the name of the cookie contains the port
and the name of the issuer: a login at one issuer does not end the session at another.

Spec: RFC 6265 §4 and §5
"""

from proxy_guard.dev_marks import SESSION_COOKIE

from token_issuer.tokens.issuer import Issuer
from token_issuer.web.request import HOST, Request
from token_issuer.web.response import Field, encode_fields


def read_session(issuer: Issuer, request: Request) -> str | None:
    """Return the value of the session cookie; None if the request lacks it."""
    name = _get_name(issuer, request)
    for pair in request.join_field(b"cookie").replace(",", ";").split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return value
    return None


def set_session(issuer: Issuer, request: Request, value: str) -> tuple[Field, ...]:
    """Return the header fields that set the session cookie until the browser is closed."""
    secure = "; Secure" if request.scheme == "https" else ""
    cookie = f"{_get_name(issuer, request)}={value}; Path=/; HttpOnly; SameSite=Lax{secure}"
    return encode_fields({"Set-Cookie": cookie})


def delete_session(issuer: Issuer, request: Request) -> tuple[Field, ...]:
    """Return the header fields that delete the session cookie."""
    cookie = f"{_get_name(issuer, request)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    return encode_fields({"Set-Cookie": cookie})


def _get_name(issuer: Issuer, request: Request) -> str:
    host = HOST.fullmatch(request.get_field(b"host"))
    port = "" if host is None else (host["port"] or "").removeprefix(":")
    return "-".join(filter(None, (SESSION_COOKIE, port, issuer.name)))
