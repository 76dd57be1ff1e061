# DEV-ONLY: never ship to production.
"""Token requests from parameters: decoded JSON, or `name=value` pairs of text.

Spec: RFC 6749 §3.2, RFC 8259
"""

import json
import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

import msgspec
from jwt_core import strict_json
from msgspec import UNSET

from token_issuer.errors import TokenRequestError, suggest_names
from token_issuer.grant_types import CLIENT_CREDENTIALS, STATEFUL_GRANT_TYPES
from token_issuer.tokens.messages import FIELDS, TokenRequest

_REPEATABLE_FIELDS: Final = frozenset({"aud", "resource"})
_LIFETIME_NAMES: Final = frozenset({"ttl", "expires_in", "expires", "lifetime"})
_OTHER_WORDS: Final = frozenset({
    "algorithm", "expiration", "expire", "expires", "expiresat", "expiresin", "expiry", "issuer",
    "keyid", "lifetime", "subject", "ttl",
})  # fmt: skip
"""Synonyms of fields, in the form that `_simplify` returns."""
_REGISTERED_NAMES: Final = frozenset({"ace_profile"})
"""OAuth parameters that resemble a field (IANA, OAuth Parameters)."""
_MIN_RESEMBLANCE: Final = 0.8  # client_info and client_id: 0.78, client_assertion: 0.74
_MEMBER: Final = re.compile(r"[\[.]")
_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_SCHEMA_ERROR: Final = re.compile(r"(?P<what>.+?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)


def convert_parameters(parameters: Mapping[str, Any], *, is_form: bool = False) -> TokenRequest:
    """Return the token request of decoded *parameters*, without its client secret.

    With a `grant_type`, the request comes from an OAuth client. Its unknown parameters are ignored,
    unless they resemble a field: a misspelt `defect` must not yield a good token. Without a
    `grant_type`, all unknown fields are errors.

    Args:
        parameters: The values of the fields by name.
        is_form: Whether they were sent as a form or query string rather than as JSON; an error
            shows its example in the same encoding.

    Raises:
        TokenRequestError: a field is unknown, misspelt or of the wrong type, or the grant type is
            not supported.

    Spec: RFC 6749 §3.2 and §5.2
    """
    is_oauth = "grant_type" in parameters
    if is_oauth:
        _check_grant_type(parameters["grant_type"])
    unknown = [name for name in parameters if name not in FIELDS]
    for name in unknown:
        if not is_oauth or _is_misspelt(name):
            advice = _advise(name, is_form=is_form)
            message = f"unknown field '{name[:80]}'{advice}; known fields: {', '.join(FIELDS)}"
            raise TokenRequestError(message, name)
    if unknown:
        parameters = {name: value for name, value in parameters.items() if name in FIELDS}
    try:
        request = msgspec.convert(parameters, TokenRequest)
    except msgspec.ValidationError as error:
        match = _SCHEMA_ERROR.fullmatch(str(error))
        what, path = match.group("what", "path") if match else (str(error), None)
        message = f"{path}: {what}"
        raise TokenRequestError(message, path or "") from error
    return msgspec.structs.replace(request, client_secret=UNSET)


def _check_grant_type(grant_type: object) -> None:
    if isinstance(grant_type, str) and grant_type != CLIENT_CREDENTIALS:
        message = (
            f"grant_type: expected {CLIENT_CREDENTIALS}, or leave it out; a form body may also "
            f"have {', '.join(STATEFUL_GRANT_TYPES)}, unless several processes serve the issuer"
        )
        raise TokenRequestError(message, "grant_type", error="unsupported_grant_type")


@lru_cache(maxsize=256)  # clients send the same names with each request
def _is_misspelt(name: str) -> bool:
    """Return whether the unknown *name* resembles a field, or is a synonym of one.

    Case and punctuation are ignored, and so are members in the nested names of form libraries, such
    as `claims[role]`. A misspelt name has one wrong letter, letters in the wrong order, or a high
    resemblance by the measure of difflib.
    """
    simple = _simplify(_drop_member(name))
    return name not in _REGISTERED_NAMES and any(_resembles(simple, word) for word in _WORDS)


def _drop_member(name: str) -> str:
    return _MEMBER.split(name)[0] or name


def _resembles(name: str, field: str) -> bool:
    if 2 * min(len(name), len(field)) < _MIN_RESEMBLANCE * (len(name) + len(field)):
        return False  # names of such different lengths cannot resemble each other enough
    if sorted(name) == sorted(field):
        return True
    wrong = sum(letter != other for letter, other in zip(name, field, strict=False))
    is_one_wrong = len(name) == len(field) and wrong == 1 and name[0] == field[0]
    return is_one_wrong or SequenceMatcher(None, field, name).ratio() >= _MIN_RESEMBLANCE


def _simplify(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


_WORDS: Final = (*map(_simplify, FIELDS), *_OTHER_WORDS)


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
    base = _drop_member(name)
    hint = f" (did you mean {base}?)" if base in FIELDS else suggest_names(base, FIELDS)
    return f"{hint}; to add a claim, {example}"


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
        TokenRequestError: the grant type is unknown, whatever the other pairs are; a field is
            repeated wrongly; or `claims` is not a JSON object.

    Spec: RFC 6749 §3.2
    """
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        texts.setdefault(name, []).append(text)
    grant_type, *others = texts.get("grant_type", [""])
    if grant_type not in {"", *STATEFUL_GRANT_TYPES} and not others:
        _check_grant_type(grant_type)
    return {name: _combine_values(name, values) for name, values in texts.items() if values != [""]}


def _combine_values(name: str, texts: list[str]) -> Any:
    if len(texts) == 1:
        return parse_text_parameter(name, texts[0])
    if name in FIELDS and name not in _REPEATABLE_FIELDS:
        message = f"{name[:80]}: given {len(texts)} times; only aud and resource may be repeated"
        raise TokenRequestError(message, name)
    return texts
