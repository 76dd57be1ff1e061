# DEV-ONLY: never ship to production.
"""An issuer inside a test process: a real HTTP server on a free port of 127.0.0.1.

    from token_issuer import run_token_issuer

    with run_token_issuer(audience="my-api") as issuer:
        client = MyService(jwks_uri=issuer.jwks_uri)
        assert client.get("/", token=issuer.mint(sub="alice")).ok

The pytest fixtures yield such an issuer. Litestar is imported when the first issuer starts, not
with this module.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Unpack
from urllib.parse import urljoin, urlsplit

from jwt_core import Algorithm
from proxy_guard.dev_marks import SERVICE_NAME

from token_issuer.config.choices import ALGORITHMS, RotationMode
from token_issuer.config.environment import read_environment, refuse_production
from token_issuer.config.keywords import SettingKeywords, parse_keywords
from token_issuer.config.parsers import Choice, parse_choice
from token_issuer.config.settings import Settings
from token_issuer.errors import InvalidInputError
from token_issuer.faults.registry import FaultRegistry
from token_issuer.google.providers import Providers
from token_issuer.issuers.factory import build_issuers
from token_issuer.keys.rotation_plan import parse_rotation_duration
from token_issuer.paths import JWKS_PATH
from token_issuer.request_log import RequestLog
from token_issuer.timing.clock import Clock
from token_issuer.timing.durations import format_duration
from token_issuer.tokens.claims import get_configured_claim
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.messages import FIELDS, TokenResponse
from token_issuer.tokens.request_parsing import convert_parameters

if TYPE_CHECKING:
    from token_issuer.browser.browser import Browser
    from token_issuer.browser.logins import Login
    from token_issuer.google.service_accounts import ServiceAccounts
    from token_issuer.oauth.clients import Clients
    from token_issuer.oauth.logins import PlannedLogins
    from token_issuer.oauth.provider import Provider
    from token_issuer.oauth.users import Users
    from token_issuer.server.tls import ServerTls


class RunningIssuer:
    """A running issuer: its URLs and tokens, and controls for tests.

    Attributes:
        url: The base URL.
        ca_files: With HTTPS, the file with the certificate that clients have to trust.
        issuers: The other issuers of the process by name; empty unless the settings declare some.
    """

    def __init__(
        self,
        issuer: Issuer,
        url: str,
        providers: Providers,
        issuers: Mapping[str, "RunningIssuer"] | None = None,
        ca_files: Sequence[Path] = (),
    ) -> None:
        self.url = url
        self.ca_files = tuple(ca_files)
        self.issuers = dict(issuers or {})
        self._issuer = issuer
        self._providers = providers

    @property
    def ca_file(self) -> Path:
        """The PEM file of the CA that clients must trust, with the setting `tls`.

        Raises:
            InvalidInputError: the issuer serves HTTP.
        """
        if not self.ca_files:
            message = "ca_file: the issuer serves HTTP; start it with tls=True"
            raise InvalidInputError(message, "ca_file")
        return self.ca_files[0]

    @property
    def ca_pem(self) -> str:
        """The content of `ca_file`.

        Raises:
            InvalidInputError: the issuer serves HTTP.
        """
        return self.ca_file.read_text(encoding="ascii")

    @property
    def clock(self) -> Clock:
        """The clock of tokens, cache headers and `Date`: `clock.turn(offset="2h")`."""
        return self._issuer.clock

    @property
    def requests(self) -> RequestLog:
        """The requests that came in over HTTP: `requests.count("/certs")`."""
        return self._issuer.requests

    @property
    def faults(self) -> FaultRegistry:
        """The faults of its endpoints: `faults.set({"kind": "delay", "delay": "5s"})`."""
        return self._issuer.faults

    @property
    def users(self) -> "Users":
        """The users who can log in: `users.add("erin", groups=["admin"])`."""
        return self._provider.users

    @property
    def clients(self) -> "Clients":
        """The applications that may log users in: `clients.add("app", secret="s3cret")`."""
        return self._provider.clients

    @property
    def logins(self) -> "PlannedLogins":
        """The logins, planned and done: `logins.next("bob", defect="nonce-wrong")`."""
        return self._provider.logins

    @property
    def service_accounts(self) -> "ServiceAccounts":
        """Google's service accounts: `service_accounts.add(email)` returns a key file."""
        return self._providers.find_machines(self._issuer.name).service_accounts

    @property
    def jwks_uri(self) -> str:
        """The URL of its JWKS."""
        return f"{self.url}{JWKS_PATH}"

    @property
    def issuer(self) -> str:
        """The `iss` claim of its tokens."""
        return self._issuer.identifier

    @property
    def audience(self) -> str:
        """The `aud` claim of its tokens; if it is a list, the first member."""
        issuer = self._issuer
        audience = get_configured_claim(issuer.settings, issuer.find_profile(), "aud")
        first: str = audience[0] if isinstance(audience, list) else audience
        return first

    @property
    def kid(self) -> str:
        """The `kid` of the signing key."""
        return self._issuer.keys.view.default_kid

    def mint(self, **claims: Any) -> str:
        """Return a token.

        Args:
            claims: The fields of `POST /token`, such as `sub`, `aud`, `kid`, `alg`, `profile`,
                `defect`; any other name becomes a claim. `exp` is a duration from now (`"-5m"` or
                `timedelta(minutes=-5)` is expired), or a NumericDate. Some defects are in the
                header field rather than in the token: see `present`.

        Raises:
            TokenRequestError: a field is invalid.
        """
        return self._issue(claims).access_token

    def present(self, **claims: Any) -> list[str]:
        """Return the values of the `Authorization` header fields that present a token.

        That is one, `Bearer TOKEN`, unless the token has a defect in how it is presented.

        Args:
            claims: As for `mint`.

        Raises:
            TokenRequestError: a field is invalid.
        """
        answer = self._issue(claims)
        if isinstance(answer.authorization, list):
            return answer.authorization
        return [f"Bearer {answer.access_token}"]

    def _issue(self, claims: dict[str, Any]) -> TokenResponse:
        return self._issuer.issue(convert_parameters(_separate(claims)), base_url=self.url)

    def login(
        self,
        start_url: str,
        *,
        user: str | None = None,
        deny: bool = False,
        browser: "Browser | None" = None,
        timeout: timedelta | str = "30s",
    ) -> "Login":
        """Log in to an application as a browser does, and return the page where the login ends.

            login = issuer.login("http://localhost:3000/login", user="alice")
            assert login.browser.get("/me").json() == {"name": "Alice"}

        Redirects are followed, at most 20, and cookies are kept; scripts do not run. A redirect to
        the scheme of a native application ends the login.

        Args:
            start_url: The URL at which the application starts the login, or the
                `verification_uri_complete` of a device.
            user: The name of the user to choose on the login page. Without it, there must be no
                page: because of `logins.next`, the setting `login`, a hint or an earlier login.
            deny: Whether to deny the login on the page.
            browser: The browser of an earlier login, with its cookies; by default a new one.
            timeout: The limit for the whole login; a new browser keeps it for each later call.

        Raises:
            InvalidInputError: an argument is invalid, or no user has this name.
            BrowserError: the issuer shows an error or no login page, or no server responds.
        """
        from token_issuer.browser.browser import Browser  # noqa: PLC0415  # few tests need it
        from token_issuer.browser.logins import log_in  # noqa: PLC0415  # see above

        if user is not None and deny:
            message = (
                "user and deny: expected at most one of them; to deny the login, leave out user"
            )
            raise InvalidInputError(message, "user", "deny")
        decision = {"deny": "true"} if deny else None
        if user is not None:
            decision = {"user": self.users.require(user).name}
        settings = self._issuer.settings
        urls = [url for url in (self.url, settings.public_url, settings.browser_url) if url]
        if settings.public_url:  # the issuer is also served below its path
            urls.append(urljoin(self.url, urlsplit(settings.public_url).path))
        browser = browser or Browser(start_url, timeout, self.ca_files)
        return log_in(browser, start_url, urls, decision)

    def rotate(
        self,
        mode: RotationMode | str = RotationMode.GRACEFUL,
        *,
        alg: Algorithm | str = Algorithm.RS256,
        lead: timedelta | str = timedelta(0),
        retention: timedelta | str | None = None,
    ) -> str:
        """Rotate to a new key, and return its `kid`.

        Args:
            mode: `graceful`: the old key stays published; `emergency`: it is removed at once;
                `sign-before-publish`: the new key signs, but is not published for *lead*.
            alg: The algorithm whose keys rotate.
            lead: How long a new key is published before it signs, such as `5s`. By default it signs
                at once, so that verifiers have to fetch the keys again.
            retention: How long the old key stays published after its last signature. By default, as
                long as its tokens are valid and key documents may be cached.

        Raises:
            InvalidInputError: an argument is invalid.
            DerivedKeysError: the setting `key_seed` derives the keys, which rotate by the clock.
        """
        entry = self._issuer.keys.rotate(
            _choose("mode", mode, tuple(RotationMode)),
            _choose("alg", alg, tuple(map(Algorithm, ALGORITHMS))),
            lead=parse_rotation_duration("lead", lead),
            retention=parse_rotation_duration("retention", retention),
        )
        return entry.kid

    def reset(self) -> None:
        """Undo the changes of a test, except those of keys.

        This resets the clock and the request log, and of all issuers the faults, the users and
        clients (the declared ones are restored), the planned logins, the waiting devices and the
        service accounts that were added. The fixture `shared_token_issuer` calls it before each
        test.
        """
        self.clock.reset()
        for issuer in (self, *self.issuers.values()):
            issuer.faults.reset()
        self.requests.clear()
        self._providers.reset()

    @property
    def _provider(self) -> "Provider":
        return self._providers.find(self._issuer.name)


def _choose(name: str, value: str, choices: tuple[Choice, ...]) -> Choice:
    try:
        return parse_choice(value, choices)
    except ValueError as error:
        message = f"{name}: {value!r} is wrong: {error}"
        raise InvalidInputError(message, name) from error


def _separate(claims: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a token request. Names that are not fields are moved into `claims`."""
    fields = {name: value for name, value in claims.items() if name in FIELDS}
    extra = {name: value for name, value in claims.items() if name not in FIELDS}
    if isinstance(exp := fields.get("exp"), timedelta):
        fields["exp"] = format_duration(exp)
    given = fields.get("claims", {})
    if not extra or not isinstance(given, Mapping):
        return fields  # the request rejects claims that are not a mapping
    return {**fields, "claims": {**given, **extra}}


@contextmanager
def run_token_issuer(**settings: Unpack[SettingKeywords]) -> Iterator[RunningIssuer]:
    """Run an issuer until the block ends, on a free port unless `port` is given.

    Args:
        settings: The settings of `token-issuer serve`, such as `issuer`, `audience`, `profile`,
            `ttl="90s"`. Environment variables do not apply.

    Raises:
        ProductionEnvironmentError: a variable names a production environment.
        SettingsError: a setting is unknown or invalid; all mistakes are listed.
        KeyDirectoryError: the key directory cannot be used.
        AddressError: the port is taken, or the host is not an address of this machine.
        CertificateError: the certificate, its key or the CA file cannot be used.
    """
    refuse_production(read_environment()[0])
    chosen = parse_keywords({"port": 0, **settings})
    # Importing the server is slow, so it is not imported with this module.
    from token_issuer.server.server import format_url, listen, serve_in_thread  # noqa: PLC0415

    issuers = build_issuers(chosen)
    with listen(chosen.host, chosen.port) as listener, _prepare_tls(chosen) as (tls, ca_files):
        url = format_url(listener, chosen.scheme)
        issuers = issuers.locate(url)
        with issuers.refreshing(), serve_in_thread(issuers, listener, tls) as providers:
            named = {
                name: RunningIssuer(issuer, url + issuer.path, providers, ca_files=ca_files)
                for name, issuer in issuers.named.items()
            }
            yield RunningIssuer(issuers.main, url, providers, named, ca_files)


@contextmanager
def _prepare_tls(settings: Settings) -> Iterator[tuple["ServerTls | None", tuple[Path, ...]]]:
    """Yield the TLS of the server, and the files that clients trust.

    The CA file is in a temporary directory, unless the settings name one.
    """
    if settings.scheme == "http":
        yield None, ()
        return
    # Imported here, because most tests use HTTP.
    from token_issuer.server.tls import prepare_tls  # noqa: PLC0415

    with TemporaryDirectory(prefix=f"{SERVICE_NAME}-") as directory:
        is_named = "tls_ca" in settings.explicit
        ca_file = settings.tls_ca if is_named else Path(directory, settings.tls_ca.name)
        tls = prepare_tls(settings, ca_file)
        yield tls, (settings.tls_cert or ca_file,)
