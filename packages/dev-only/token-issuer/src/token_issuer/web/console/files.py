# DEV-ONLY: never ship to production.
"""The style sheet and the scripts of the console, and the header fields of its responses."""

import pkgutil
import re
from http import HTTPStatus
from typing import Final

from token_issuer.web.errors import HttpError
from token_issuer.web.response import RawResponse, encode_fields

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_FIELDS: Final = encode_fields({
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
})
_PAGE_FIELDS: Final = _FIELDS + encode_fields({
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
    "X-Frame-Options": "DENY",
})
_MEDIA_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
# A name without a dot before its extension cannot lead out of the folder.
_NAME: Final = re.compile(rf"(?:[a-z_]+/)?[a-z_]+\.(?P<extension>{'|'.join(_MEDIA_TYPES)})")


def get_file(name: str) -> RawResponse:
    """Return the response with the file *name* of the console, such as `main.js`.

    Raises:
        HttpError: the console has no such file.
    """
    match = _NAME.fullmatch(name)
    try:
        if match is None:
            raise FileNotFoundError
        body = read_file(name)
    except OSError as error:
        message = f"the console has no file {name[:80]}"
        raise HttpError(HTTPStatus.NOT_FOUND, message) from error
    return RawResponse.build(body, _MEDIA_TYPES[match["extension"]], _FIELDS)


def read_file(name: str) -> bytes:
    """Return the content of the file *name*, which the package contains.

    Raises:
        OSError: there is no such file.
    """
    content = pkgutil.get_data(__package__ or "", f"static/{name}")
    if content is None:  # the loader of the package reads no data
        raise FileNotFoundError
    return content


def build_page(html: str) -> RawResponse:
    """Return the response with the page *html*."""
    return RawResponse.build(html.encode(), "text/html; charset=utf-8", _PAGE_FIELDS)
