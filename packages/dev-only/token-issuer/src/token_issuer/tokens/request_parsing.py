# DEV-ONLY: never ship to production.
"""Reading a token request from a query string, a form, a JSON body and a Basic header.

Spec: RFC 6749 §3.2, §4.4.2 and §2.3.1; RFC 8259
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote_plus

import msgspec
from jwt_core import strict_json
from msgspec import UNSET

from token_issuer.errors import TokenRequestError, suggest_names
from token_issuer.media_types import FORM_TYPE, JSON_TYPE
from token_issuer.tokens.messages import FIELDS, TokenRequest

_REPEATABLE_FIELDS: Final = frozenset({"aud", "resource"})
_MAX_PARAMETERS: Final = 100
_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_SCHEMA_ERROR: Final = re.compile(r"(?P<what>.+?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)


def read_token_request(
    *, query: bytes = b"", content_type: str = "", body: bytes = b"", authorization: str = ""
) -> TokenRequest:
    """Read a token request from the parts of an HTTP request; the body wins over the query.

    Raises:
        TokenRequestError: unreadable, or a field is unknown, repeated or of the wrong type.
    """
    parameters = {
        **_decode_pairs(query, "query string"),
        **_decode_body(content_type, body),
    }
    client_id = _decode_basic_client_id(authorization)
    if client_id is not None and parameters.setdefault("client_id", client_id) != client_id:
        message = "client_id and the Authorization header contradict each other: send one of them"
        raise TokenRequestError(message, "client_id", "Authorization")
    media_type = content_type.partition(";")[0].strip().lower()
    return convert_parameters(parameters, is_form=media_type != JSON_TYPE)


def convert_parameters(parameters: Mapping[str, Any], *, is_form: bool = False) -> TokenRequest:
    """Return the token request of decoded *parameters*.

    Args:
        parameters: The values of the fields by name.
        is_form: Whether they were sent as a form or query string rather than as JSON; an error
            shows its example in the same encoding.

    Raises:
        TokenRequestError: a field is unknown or of the wrong type.
    """
    for name in parameters:
        if name not in FIELDS:
            message = (
                f"unknown field '{name[:80]}'{suggest_names(name, FIELDS)}; to add a claim, send "
                f"it in claims: {_show_claims({name[:40]: 'VALUE'}, is_form=is_form)}; known "
                f"fields: {', '.join(FIELDS)}"
            )
            raise TokenRequestError(message, name)
    try:
        request = msgspec.convert(parameters, TokenRequest)
    except msgspec.ValidationError as error:
        match = _SCHEMA_ERROR.fullmatch(str(error))
        what, path = match.group("what", "path") if match else (str(error), None)
        raise TokenRequestError(f"{path}: {what}", path or "") from error  # noqa: EM102
    # The secret is not checked, so it is not kept.
    return msgspec.structs.replace(request, client_secret=UNSET)


def parse_text_parameter(name: str, text: str) -> Any:
    """Convert the text of a form field, query parameter or command-line option to its type.

    Raises:
        TokenRequestError: `claims` is not a JSON object.
    """
    if name == "claims":
        # Python decodes command-line bytes that are not UTF-8 to surrogates: restore the bytes.
        return _decode_json_object(text.encode(errors="surrogateescape"), "claims")
    if name in {"exp", "now"} and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _show_claims(claims: dict[str, str], *, is_form: bool) -> str:
    """Return the field `claims` as it would be sent."""
    if not is_form:
        return json.dumps({"claims": claims})
    # Percent-encoded, since an error_description may hold no quotes (RFC 6749 §5.2).
    return f"claims={quote(json.dumps(claims, separators=(',', ':')), safe=':')}"


def _decode_body(content_type: str, body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == JSON_TYPE:
        return _decode_json_object(body, "JSON body")
    if media_type != FORM_TYPE:
        message = f"Content-Type: expected {JSON_TYPE} or {FORM_TYPE}"
        raise TokenRequestError(message, "Content-Type", status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if body.lstrip().startswith(b"{"):  # what curl -d does with JSON unless told otherwise
        message = f"Content-Type: this body is JSON: send the header Content-Type: {JSON_TYPE}"
        raise TokenRequestError(message, "Content-Type")
    return _decode_pairs(body, "form body")


def _decode_json_object(data: bytes, source: str) -> dict[str, Any]:
    try:
        return strict_json.decode_object(data)
    except ValueError as error:
        reason = "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
        message = f"{source}: expected one JSON object: {reason}"
        raise TokenRequestError(message, source) from error


def _decode_pairs(data: bytes, source: str) -> dict[str, Any]:
    """Decode `name=value` pairs; those without a value count as omitted (RFC 6749 §3.2)."""
    if not data:
        return {}
    try:
        pairs = parse_qsl(
            data.decode("utf-8"),
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MAX_PARAMETERS,
            keep_blank_values=True,
        )
    except ValueError as error:
        message = f"{source}: expected at most {_MAX_PARAMETERS} URL-encoded parameters in UTF-8"
        raise TokenRequestError(message, source) from error
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        texts.setdefault(name, []).append(text)
    return {name: _combine_values(name, values) for name, values in texts.items() if values != [""]}


def _combine_values(name: str, texts: list[str]) -> Any:
    if len(texts) == 1:
        return parse_text_parameter(name, texts[0])
    if name not in _REPEATABLE_FIELDS:
        message = f"{name[:80]}: given {len(texts)} times; only aud and resource may be repeated"
        raise TokenRequestError(message, name)
    return texts


def _decode_basic_client_id(authorization: str) -> str | None:
    """Return the client id of a Basic header; other schemes are none of our business."""
    scheme, _, credentials = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
        client_id, colon, _ = text.partition(":")
        client_id = unquote_plus(client_id, errors="strict")
    except (binascii.Error, ValueError):
        colon = client_id = ""
    if not colon or not client_id:
        message = "Authorization: expected Basic base64(client_id:client_secret), both URL-encoded"
        raise TokenRequestError(message, "Authorization")
    return client_id
