"""An application with a login: an unmodified client, and what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
CLIENT_ID: Final = "web-app"
CLIENT_SECRET: Final = "web-app-secret"
CLIENT: Final = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an application runs.

    Attributes:
        issuer_url: URL of the issuer.
        port: Port of the application.
        upstream_url: URL of a service that shows the request header.
        state: Empty folder.
    """

    issuer_url: str
    port: int
    upstream_url: str
    state: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


@dataclass(frozen=True)
class Launch:
    """A command and its environment variables."""

    command: tuple[str | Path, ...]
    environ: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Application:
    """An application, and what it does in a login.

    Attributes:
        install: Installs it.
        launch: Configures it.
        login: Path that starts a login, or of a page with the form that does.
        page: Path that shows who is logged in.
        callback: Path of the redirect URI.
        after_logout: Path of the post-logout redirect URI.
        refresh: Path that uses the refresh token; empty if it cannot. `{app}` is the URL of
            the application, quoted, and `{token}` the access token.
        logout: Path that logs out, or of a page with the form that does. `{app}` and `{issuer}` are
            the URLs, quoted.
        denial: Part of the page that it shows when a login is denied.
        ends_session: Whether a logout also ends the session at the issuer.
        revokes_tokens: Whether a logout also revokes the tokens.
        own_form: Hidden field of its forms for logins and logouts.
        needs_script: Whether its pages need a browser with script.
        is_public: Whether it has no secret.
        sends_nonce: Whether the authorization request has a nonce.
        userinfo_path: Path of the endpoint that it asks about the user or the access token in a
            login; empty if it asks none.
        authorization_path: Path of the authorization endpoint that it uses.
        issuer_settings: Settings of the issuer.
    """

    install: Callable[[], object]
    launch: Callable[[Place], Launch]
    login: str = "/login"
    page: str = "/me"
    callback: str = "/callback"
    after_logout: str = "/me"
    refresh: str = "/refresh"
    logout: str = "/logout"
    denial: str = "denied"
    ends_session: bool = True
    revokes_tokens: bool = False
    own_form: str = "_csrf"
    needs_script: bool = False
    is_public: bool = False
    sends_nonce: bool = True
    userinfo_path: str = "/userinfo"
    authorization_path: str = "/authorize"
    issuer_settings: Mapping[str, str] = field(default_factory=dict)
