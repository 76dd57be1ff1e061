# DEV-ONLY: never ship to production.
"""Token requests from parameters: decoded JSON, or `name=value` pairs of text.

Spec: RFC 6749 §3.2, RFC 8259
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec
from jwt_core import strict_json
from msgspec import UNSET

from token_issuer.errors import TokenRequestError, suggest_names
from token_issuer.tokens.messages import FIELDS, TokenRequest

_REPEATABLE_FIELDS: Final = frozenset({"aud", "resource"})
_LIFETIME_NAMES: Final = frozenset({"ttl", "expires_in", "expires", "lifetime"})
_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_SCHEMA_ERROR: Final = re.compile(r"(?P<what>.+?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)


def convert_parameters(parameters: Mapping[str, Any], *, is_form: bool = False) -> TokenRequest:
    """Return the token request of decoded *parameters*, without its client secret.

    Args:
        parameters: The values of the fields by name.
        is_form: Whether they were sent as a form or query string rather than as JSON; an error
            shows its example in the same encoding.

    Raises:
        TokenRequestError: a field is unknown or of the wrong type.
    """
    for name in parameters:
        if name not in FIELDS:
            advice = _advise(name, is_form=is_form)
            message = f"unknown field '{name[:80]}'{advice}; known fields: {', '.join(FIELDS)}"
            raise TokenRequestError(message, name)
    try:
        request = msgspec.convert(parameters, TokenRequest)
    except msgspec.ValidationError as error:
        match = _SCHEMA_ERROR.fullmatch(str(error))
        what, path = match.group("what", "path") if match else (str(error), None)
        message = f"{path}: {what}"
        raise TokenRequestError(message, path or "") from error
    return msgspec.structs.replace(request, client_secret=UNSET)


def parse_text_parameter(name: str, text: str) -> Any:
    """Convert the text of a form field, query parameter or command-line option to its type.

    Raises:
        TokenRequestError: `claims` is not a JSON object.
    """
    if name == "claims":
        # Python decodes command-line bytes that are not UTF-8 to surrogates: restore the bytes.
        return decode_json_object(text.encode(errors="surrogateescape"), "claims")
    if name in {"exp", "now"} and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _advise(name: str, *, is_form: bool) -> str:
    """Say what to send instead of the unknown field *name*.

    RFC 6749 §5.2 forbids quotes in `error_description`. The example is therefore percent-encoded
    for a form, and in words for JSON.
    """
    if name.casefold() in _LIFETIME_NAMES:
        return "; to set the lifetime, send exp with a duration from now, such as 15m"
    if is_form:
        claims = quote(json.dumps({name[:40]: "VALUE"}, separators=(",", ":")), safe=":")
        example = f"send it in claims: claims={claims}"
    else:
        example = "make it a member of the object claims"
    return f"{suggest_names(name, FIELDS)}; to add a claim, {example}"


def decode_json_object(data: bytes, source: str) -> dict[str, Any]:
    """Decode strict JSON; an error names its *source*.

    Raises:
        TokenRequestError: *data* is not one JSON object in UTF-8.
    """
    try:
        return strict_json.decode_object(data)
    except ValueError as error:
        reason = "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
        message = f"{source}: expected one JSON object: {reason}"
        raise TokenRequestError(message, source) from error


def combine_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Combine decoded `name=value` pairs into parameters; a field with an empty value is omitted.

    Raises:
        TokenRequestError: a field is repeated wrongly, or `claims` is not a JSON object.

    Spec: RFC 6749 §3.2
    """
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
