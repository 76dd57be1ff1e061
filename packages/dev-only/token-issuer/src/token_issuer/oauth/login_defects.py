# DEV-ONLY: never ship to production.
"""The changes that defects of logins make: one table, by defect and stage.

A change returns the members to set; ABSENT leaves one out. If it sets none, the login has nothing
that the defect could change, such as a nonce.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from jwt_core import Algorithm, base64url

from token_issuer.oauth.records import Grant
from token_issuer.oauth.stages import Stage
from token_issuer.oauth.state import ProviderState
from token_issuer.oauth.users import User
from token_issuer.tokens.defects.catalogue import ENTRIES
from token_issuer.tokens.defects.minting_steps import ABSENT, Members, UnchangedError, apply_members

_OTHER_CLIENT: Final = "another-client"
_OTHER_ISSUER: Final = "https://other-issuer.example"
_OTHER_USERS: Final = ("someone-else", "nobody-else")
_DAY_S: Final = 86400
_RANDOM_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Login:
    """A login at one stage.

    Attributes:
        state: The state of the provider.
        grant: The grant of the login.
        members: The members of the good response.
        now: The time of the response.
    """

    state: ProviderState
    grant: Grant
    members: Members
    now: datetime

    @property
    def other_user(self) -> User:
        """A user who has not logged in."""
        users, sub = self.state.users, self.grant.session.sub
        candidates: tuple[User, ...] = (*users, *map(users.find_or_derive, _OTHER_USERS))
        return next(user for user in candidates if user.sub != sub)


_Change = Callable[[_Login], Members]


def change_members(
    state: ProviderState, stage: Stage, grant: Grant, members: Members, now: datetime
) -> dict[str, Any]:
    """Return *members* with the change of the defect of *grant* at *stage*."""
    change = _CHANGES.get(grant.session.defect, {}).get(stage)
    if change is None:
        return dict(members)
    login = _Login(state=state, grant=grant, members=members, now=now)
    return apply_members(members, change(login))


def mint_id_token(state: ProviderState, grant: Grant, claims: Members, now: datetime) -> str | None:
    """Return the ID token with the defect of *grant*; None if that leaves it as it is.

    Raises:
        TokenRequestError: the defect needs the URL of the issuer, which is not known yet.
    """
    entry = ENTRIES.get(grant.session.defect)
    if entry is None:
        return None
    issuer = state.issuer
    key = issuer.keys.ensure_key(Algorithm(entry.defect.alg or Algorithm.RS256))
    try:
        return entry.steps.make_token(issuer.collect_ingredients(claims, key, now))
    except UnchangedError:
        return None


def _set(**members: Any) -> _Change:
    """Set members to fixed values."""
    return lambda _: members


def _change(name: str, change: Callable[[Any], Any]) -> _Change:
    """Replace the value of a member by the result of *change*, if the response has the member."""
    return lambda login: {name: change(login.members[name])} if name in login.members else {}


def _name_other_user(login: _Login) -> Members:
    return {"sub": login.other_user.sub}


def _reuse_nonce(login: _Login) -> Members:
    earlier = login.state.logins.done.find_earlier_nonce(login.grant)
    return {"nonce": earlier} if earlier is not None and "nonce" in login.members else {}


def _add_audience(login: _Login) -> Members:
    return {"aud": [login.members["aud"], _OTHER_CLIENT], "azp": _OTHER_CLIENT}


def _inject_code(login: _Login) -> Members:
    """Replace what belongs to the code by that of another user's login."""
    return {
        name: None if value is None else _make_random_text()
        for name, value in login.members.items()
    } | {"session": login.state.sessions.start(login.other_user, {}, login.now)}


def _make_random_text() -> str:
    return base64url.encode(os.urandom(_RANDOM_BYTES))


def _change_first_character(text: str) -> str:
    """Replace the first character by another one of the same kind."""
    first = text[0]
    usual, other = "01" if first.isdecimal() else "AB" if first.isupper() else "ab"
    return (other if first == usual else usual) + text[1:]


def _in_id_tokens(change: _Change) -> dict[Stage, _Change]:
    return {Stage.ID_TOKEN: change, Stage.REFRESHED_ID_TOKEN: change}


def _in_all_claims(change: _Change) -> dict[Stage, _Change]:
    return {**_in_id_tokens(change), Stage.USERINFO: change, Stage.TOKEN_INFO: change}


_RESPONSE: Final = Stage.AUTHORIZATION_RESPONSE
_CHANGES: Final[Mapping[str, Mapping[Stage, _Change]]] = {
    "state-wrong": {_RESPONSE: _change("state", _change_first_character)},
    "state-missing": {_RESPONSE: _set(state=ABSENT)},
    "iss-parameter-wrong": {_RESPONSE: _set(iss=_OTHER_ISSUER)},
    "iss-parameter-missing": {_RESPONSE: _set(iss=ABSENT)},
    "error-with-code": {
        _RESPONSE: _set(error="access_denied", error_description="the user has denied the login")
    },
    "code-injected": {Stage.CODE: _inject_code},
    "id-token-missing": {Stage.TOKEN_RESPONSE: _set(id_token=ABSENT)},
    "token-type-missing": {Stage.TOKEN_RESPONSE: _set(token_type=ABSENT)},
    "token-type-unknown": {Stage.TOKEN_RESPONSE: _set(token_type="dev-only-unknown")},  # noqa: S106
    "userinfo-sub-other": {Stage.USERINFO: _name_other_user},
    "userinfo-sub-missing": {Stage.USERINFO: _set(sub=ABSENT)},
    "nonce-wrong": _in_id_tokens(_change("nonce", _change_first_character)),
    "nonce-missing": _in_id_tokens(_set(nonce=ABSENT)),
    "nonce-reused": _in_id_tokens(_reuse_nonce),
    "aud-of-other-client": _in_id_tokens(_set(aud=_OTHER_CLIENT, azp=ABSENT)),
    "azp-of-other-client": _in_id_tokens(_set(azp=_OTHER_CLIENT)),
    "aud-two-foreign-azp": _in_id_tokens(_add_audience),
    "at-hash-wrong": _in_id_tokens(_change("at_hash", _change_first_character)),
    "iat-old": _in_id_tokens(_change("iat", lambda seconds: seconds - _DAY_S)),
    "refresh-sub-other": {Stage.REFRESHED_ID_TOKEN: _name_other_user},
    "email-unverified": _in_all_claims(_change("email_verified", lambda _: False)),
}
