# DEV-ONLY: never ship to production.
"""Token requests from parameters: decoded JSON, or `name=value` pairs of text.

Spec: RFC 6749 §3.2, RFC 8259
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

import msgspec
from jwt_core import strict_json
from msgspec import UNSET

from token_issuer.errors import TokenRequestError
from token_issuer.tokens.messages import FIELDS, TokenRequest

_REPEATABLE_FIELDS: Final = frozenset({"aud", "resource"})
_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_SCHEMA_ERROR: Final = re.compile(r"(?P<what>.+?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)


def convert_parameters(parameters: Mapping[str, Any]) -> TokenRequest:
    """Check decoded parameters and make a request of them.

    Raises:
        TokenRequestError: a field is unknown or of the wrong type.
    """
    for name in parameters:
        if name not in FIELDS:
            close = get_close_matches(name[:80], FIELDS, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            message = f"unknown field '{name[:80]}'{hint}; known fields: {', '.join(FIELDS)}"
            raise TokenRequestError(message, name)
    try:
        request = msgspec.convert(parameters, TokenRequest)
    except msgspec.ValidationError as error:
        match = _SCHEMA_ERROR.fullmatch(str(error))
        what, path = match.group("what", "path") if match else (str(error), None)
        raise TokenRequestError(f"{path}: {what}", path or "") from error  # noqa: EM102
    # Nobody checks the secret, so nobody needs to keep it.
    return msgspec.structs.replace(request, client_secret=UNSET)


def parse_text_parameter(name: str, text: str) -> Any:
    """Give the text of a form field, query parameter or command-line option its type.

    Raises:
        TokenRequestError: `claims` is not a JSON object.
    """
    if name == "claims":
        # The command line hands bytes that are not UTF-8 over as surrogates: back to bytes.
        return decode_json_object(text.encode(errors="surrogateescape"), "claims")
    if name in {"exp", "now"} and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


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
    """Combine decoded `name=value` pairs into parameters; an empty value counts as omitted.

    Raises:
        TokenRequestError: a field is repeated that must not be, or `claims` is not a JSON object.

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
