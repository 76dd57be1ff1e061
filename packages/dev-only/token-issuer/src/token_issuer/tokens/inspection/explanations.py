# DEV-ONLY: never ship to production.
"""The meaning of header parameters and claims, in a sentence each."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from token_issuer.tokens.inspection.messages import InspectedMember
from token_issuer.tokens.inspection.shown_text import shorten
from token_issuer.tokens.lenient_decoding import JsonPart, Member

MAX_MEMBERS: Final = 200
_TIMES: Final = frozenset({"exp", "nbf", "iat", "auth_time", "updated_at"})

_Meanings = Mapping[str, tuple[str, str]]
_HEADER: Final[_Meanings] = {
    "alg": ("The algorithm of the signature.", "RFC 7515 §4.1.1"),
    "jku": ("The URL of the issuer's keys. A verifier must not trust it.", "RFC 7515 §4.1.2"),
    "jwk": ("The key of the signature. A verifier must not trust it.", "RFC 7515 §4.1.3"),
    "kid": ("The name of the key that made the signature.", "RFC 7515 §4.1.4"),
    "x5u": ("The URL of a certificate. A verifier must not trust it.", "RFC 7515 §4.1.5"),
    "x5c": ("The certificates of the key. A verifier must not trust them.", "RFC 7515 §4.1.6"),
    "x5t": ("The SHA-1 hash of the key's certificate.", "RFC 7515 §4.1.7"),
    "x5t#S256": ("The SHA-256 hash of the key's certificate.", "RFC 7515 §4.1.8"),
    "typ": ("What kind of token it is: JWT, or at+jwt for access tokens.", "RFC 7515 §4.1.9"),
    "cty": ("What the payload is; JWT if it is another token.", "RFC 7515 §4.1.10"),
    "crit": ("The extensions that a verifier must support.", "RFC 7515 §4.1.11"),
    "b64": ("Whether the payload is encoded in base64url.", "RFC 7797 §3"),
    "enc": ("The algorithm that encrypts the content.", "RFC 7516 §4.1.2"),
    "zip": ("The compression of the content.", "RFC 7516 §4.1.3"),
    "epk": ("The sender's public key for this token alone.", "RFC 7518 §4.6.1.1"),
}
_CLAIMS: Final[_Meanings] = {
    "iss": ("The issuer of the token.", "RFC 7519 §4.1.1"),
    "sub": ("The user or service that the token is about.", "RFC 7519 §4.1.2"),
    "aud": ("The services that the token is for.", "RFC 7519 §4.1.3"),
    "exp": ("The time from which the token is no longer valid.", "RFC 7519 §4.1.4"),
    "nbf": ("The time before which the token is not valid.", "RFC 7519 §4.1.5"),
    "iat": ("The time at which the token was issued.", "RFC 7519 §4.1.6"),
    "jti": ("The unique id of the token.", "RFC 7519 §4.1.7"),
    "client_id": ("The application that requested the token.", "RFC 8693 §4.3"),
    "scope": ("What the token permits, as words separated by spaces.", "RFC 8693 §4.2"),
    "act": ("The party that acts for the user.", "RFC 8693 §4.1"),
    "may_act": ("The party that may act for the user.", "RFC 8693 §4.4"),
    "cnf": ("The key whose holder alone may use the token.", "RFC 7800 §3.1"),
    "roles": ("The roles of the user.", "RFC 9068 §2.2.3.1"),
    "groups": ("The groups of the user.", "RFC 9068 §2.2.3.1"),
    "entitlements": ("What the user may do.", "RFC 9068 §2.2.3.1"),
    "azp": ("The application that the token was issued to.", "OpenID Connect Core §2"),
    "nonce": ("The value by which the application recognises its login.", "OpenID Connect Core §2"),
    "auth_time": ("The time at which the user logged in.", "OpenID Connect Core §2"),
    "acr": ("How strong the login was.", "OpenID Connect Core §2"),
    "amr": ("How the user logged in, such as pwd for a password.", "OpenID Connect Core §2"),
    "at_hash": ("A hash of the access token.", "OpenID Connect Core §3.1.3.6"),
    "c_hash": ("A hash of the authorization code.", "OpenID Connect Core §3.3.2.11"),
    "sid": ("The session of the user.", "OpenID Connect Front-Channel Logout §3"),
    "events": ("The events that the token reports.", "RFC 8417 §2.2"),
    "email": ("The email address of the user.", "OpenID Connect Core §5.1"),
    "email_verified": (
        "Whether the issuer checked that the address is the user's.",
        "OpenID Connect Core §5.1",
    ),
    "name": ("The full name of the user.", "OpenID Connect Core §5.1"),
    "given_name": ("The first name of the user.", "OpenID Connect Core §5.1"),
    "family_name": ("The last name of the user.", "OpenID Connect Core §5.1"),
    "nickname": ("The casual name of the user.", "OpenID Connect Core §5.1"),
    "preferred_username": ("The short name that the user prefers.", "OpenID Connect Core §5.1"),
    "profile": ("The URL of the user's profile.", "OpenID Connect Core §5.1"),
    "picture": ("The URL of the user's picture.", "OpenID Connect Core §5.1"),
    "website": ("The URL of the user's website.", "OpenID Connect Core §5.1"),
    "gender": ("The gender of the user.", "OpenID Connect Core §5.1"),
    "birthdate": ("The date of birth of the user.", "OpenID Connect Core §5.1"),
    "zoneinfo": ("The time zone of the user.", "OpenID Connect Core §5.1"),
    "locale": ("The language and country of the user.", "OpenID Connect Core §5.1"),
    "phone_number": ("The telephone number of the user.", "OpenID Connect Core §5.1"),
    "phone_number_verified": (
        "Whether the issuer checked that the number is the user's.",
        "OpenID Connect Core §5.1",
    ),
    "address": ("The postal address of the user.", "OpenID Connect Core §5.1"),
    "updated_at": ("The time at which the user's data changed.", "OpenID Connect Core §5.1"),
    "hd": ("The Google Workspace domain of the user.", "Google"),
    "google": ("The access levels and the device of the user.", "Google IAP"),
    "firebase": ("How the user logged in, and with which identities.", "Firebase"),
    "user_id": ("The user, as in sub.", "Firebase"),
    "uid": ("The user whom this custom token logs in.", "Firebase"),
    "target_audience": ("The service that the requested ID token is for.", "Google"),
}


def describe_header(part: JsonPart) -> list[InspectedMember]:
    """Describe the parameters of a header, up to 200."""
    return _describe_all(part, _HEADER)


def describe_claims(part: JsonPart) -> list[InspectedMember]:
    """Describe claims, up to 200."""
    return _describe_all(part, _CLAIMS)


def _describe_all(part: JsonPart, meanings: _Meanings) -> list[InspectedMember]:
    described: list[InspectedMember] = []
    for member in islice(part.members or (), MAX_MEMBERS):
        meaning, source = meanings.get(member.name, (None, None))
        described.append(
            InspectedMember(
                name=shorten(member.name),
                value=shorten(member.text),
                meaning=meaning,
                source=source,
                time=_get_time(member) if meanings is _CLAIMS else None,
            )
        )
    return described


def _get_time(member: Member) -> datetime | None:
    """Return the time of a NumericDate; None for other values and times beyond the year 9999."""
    is_number = isinstance(member.value, int | float) and not isinstance(member.value, bool)
    if member.name not in _TIMES or not is_number:
        return None
    try:
        return datetime.fromtimestamp(member.value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
