"""A relying party with a login, which omits checks on request."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode

from tests.relying_party import Answer, RelyingParty, fetch, serve
from tests.weak_relying_party.checks import LoginChecks, Request
from tests.weak_verifier.checks import RefusedError
from tests.weak_verifier.fetching import FETCHINGS
from tests.weak_verifier.key_cache import KeyCache, KeysUnavailableError

CLIENT_ID: Final = "app"


NO_PKCE: Final = {"code_challenge": "", "code_challenge_method": ""}
NO_NONCE: Final = {"nonce": ""}


class WeakRelyingParty(RelyingParty):
    """An application with `/login`, `/me` and, for new tokens, `/refresh`.

    Attributes:
        checks: Its checks.
        reads_userinfo: Whether it asks the userinfo endpoint; otherwise the ID token says it all.
        refused_by: The check that rejected the last login or refresh; empty if none did.
    """

    def __init__(
        self,
        issuer_url: str,
        checks: LoginChecks,
        parameters: dict[str, str],
        *,
        reads_userinfo: bool,
    ) -> None:
        super().__init__(issuer_url, parameters)
        self.checks = checks
        self.reads_userinfo = reads_userinfo
        self.refused_by = ""

    def answer(self, path: str, session: dict[str, Any], sent: dict[str, str]) -> Answer:
        try:
            if path == "/refresh":
                return self.refresh(session)
            return super().answer(path, session, sent)
        except RefusedError as refusal:
            self.refused_by = refusal.check
            session.clear()
            return 403, f"rejected by the check {refusal.check}"
        except KeysUnavailableError:
            session.clear()
            return 503, "no keys"

    def finish_login(self, session: dict[str, Any], sent: dict[str, str]) -> Answer:
        self.refused_by = ""
        remembered = {**session, **self.parameters}  # what was sent in its requests
        session.clear()
        request = Request(state=remembered.get("state", ""), nonce=remembered.get("nonce", ""))
        self.checks.check_response(sent, request)
        if "code" not in sent:
            return 403, sent.get("error", "")
        tokens = self.redeem(remembered, sent["code"])
        claims = user = self.checks.check_tokens(tokens, request)
        if self.reads_userinfo or not claims:
            user = self.checks.check_user(claims, self.fetch_user(tokens))
        self.checks.check_email(user)
        sub = claims.get("sub", user.get("sub"))
        session.update(user=user, sub=sub, refresh_token=tokens.get("refresh_token"))
        return 303, f"{self.url}/me"

    def redeem(self, session: dict[str, Any], code: str) -> dict[str, Any]:
        """Return the tokens for a code.

        Raises:
            RefusedError: the issuer finds that the code does not belong to the verifier.
        """
        form = {"code": code, "redirect_uri": f"{self.url}/callback"}
        if session.get("code_challenge") != "":
            form["code_verifier"] = session.get("verifier", "")
        try:
            return self.request_tokens("authorization_code", **form)
        except HTTPError as error:
            raise RefusedError(check="code-injection") from error

    def refresh(self, session: dict[str, Any]) -> Answer:
        if "user" not in session:
            return 401, "log in"
        tokens = self.request_tokens("refresh_token", refresh_token=session["refresh_token"])
        self.checks.check_refreshed(tokens, session["sub"])
        session["refresh_token"] = tokens.get("refresh_token", session["refresh_token"])
        return 303, f"{self.url}/me"

    def request_tokens(self, grant_type: str, **form: str) -> dict[str, Any]:
        sent = {"grant_type": grant_type, "client_id": CLIENT_ID, **form}
        return fetch(f"{self.issuer_url}/token", urlencode(sent).encode())

    def fetch_user(self, tokens: dict[str, Any]) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        return fetch(f"{self.issuer_url}/userinfo", headers=bearer)


@contextmanager
def run_weak_relying_party(
    issuer_url: str,
    *,
    without: Iterable[str] = (),
    fetching: str = "good",
    reads_userinfo: bool = True,
    **parameters: str,
) -> Iterator[WeakRelyingParty]:
    """Run the relying party on a free port, with an issuer whose `iss` is its URL.

    Args:
        issuer_url: The URL of the issuer.
        without: The omitted checks. Without `code-injection`, it sends neither a PKCE challenge nor
            a nonce, which are that check.
        fetching: How it fetches keys; a name in `tests.weak_verifier.fetching`.
        reads_userinfo: Whether it asks the userinfo endpoint.
        parameters: Members of the authorization request; an empty one is absent.
    """
    omitted = frozenset(without)
    # The verifier of ID tokens rejects weak keys, if it is not to omit that.
    keys = replace(FETCHINGS[fetching], cooldown_s=0.2, checks_size=False)
    if "code-injection" in omitted:
        parameters = {**NO_PKCE, **NO_NONCE, **parameters}
    checks = LoginChecks(
        issuer=issuer_url,
        client_id=CLIENT_ID,
        keys=KeyCache(f"{issuer_url}/.well-known/jwks.json", keys),
        now=time.time,
        without=omitted,
    )
    party = WeakRelyingParty(issuer_url, checks, parameters, reads_userinfo=reads_userinfo)
    with serve(party):
        yield party
