# DEV-ONLY: never ship to production.
"""The settings of an issuer: each is declared once, as a field of `Settings`.

Names of variables and options, help, documentation and the defaults that both mention are derived
from these fields. Every command imports this module at its start, so it imports no library.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from proxy_guard.dev_marks import DEFAULT_ISSUER, DEFAULT_PORT, SERVICE_NAME

from token_issuer.config.address_parsers import (
    parse_host,
    parse_host_names,
    parse_origins,
    parse_url,
)
from token_issuer.config.choices import (
    ALGORITHMS,
    LOG_LEVELS,
    ROTATIONS,
    KidStyle,
    LogLevel,
    Rotation,
)
from token_issuer.config.declaration import list_settings, setting
from token_issuer.config.google_settings import GoogleSettings
from token_issuer.config.host_names import is_loopback_address, normalize_host_name
from token_issuer.config.login_tables import (
    DEFAULT_USERS,
    parse_clients,
    parse_scopes,
    parse_users,
)
from token_issuer.config.parsers import (
    MAX_ROTATION_FACTOR,
    parse_algorithms,
    parse_capacity,
    parse_choice,
    parse_directory,
    parse_factor,
    parse_file,
    parse_flag,
    parse_header_size,
    parse_issuers,
    parse_max_age,
    parse_port,
    parse_profiles,
    parse_replicas,
    parse_secret,
    parse_seed,
    parse_text,
    parse_time_limit,
    parse_workers,
)
from token_issuer.config.profiles import BUILT_IN, GOOGLE, Profile
from token_issuer.timing.durations import format_duration, parse_ttl

SELF: Final = "self"
"""Value of the setting `issuer` that stands for the URL of the issuer."""
_MAX_AGE: Final = timedelta(minutes=5)
_GOOGLE_MAX_AGE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(GoogleSettings):
    """The settings of an issuer.

    Attributes:
        explicit: The names of the settings that a source has set.
    """

    host: str = setting(
        "127.0.0.1",
        parse_host,
        "address to listen on",
        default_note="0.0.0.0 in a container",
        metavar="ADDRESS",
    )
    port: int = setting(
        DEFAULT_PORT, parse_port, "port to listen on, 0 for any free one", metavar="PORT"
    )
    tls: bool = setting(
        False,
        parse_flag,
        "true: serve HTTPS, with a certificate of a new authority (CA), valid for one day",
        metavar="BOOLEAN",
    )
    tls_ca: Path = setting(
        Path(f"{SERVICE_NAME}-ca.pem"),
        parse_file,
        "file that the issuer writes the certificate of that CA to; commands trust the certificates"
        " in it if they call an issuer over HTTPS",
        default_note="/tls/ca.pem in a container",
        metavar="FILE",
    )
    tls_cert: Path | None = setting(
        None,
        parse_file,
        "serve HTTPS with the certificate in this PEM file, which may continue with those of its"
        " issuers",
        metavar="FILE",
    )
    tls_key: Path | None = setting(
        None,
        parse_file,
        "PEM file with the private key of that certificate, without a passphrase",
        metavar="FILE",
    )
    issuer: str = setting(
        DEFAULT_ISSUER,
        parse_text,
        f"the iss claim; {SELF}: the URL of the issuer itself, which OpenID Connect clients demand",
        metavar="ISS",
        is_per_issuer=True,
    )
    audience: str = setting(
        "stream-watcher-docker", parse_text, "the aud claim", metavar="AUD", is_per_issuer=True
    )
    subject: str = setting("dev-user", parse_text, "the sub claim", is_per_issuer=True)
    ttl: timedelta = setting(
        timedelta(minutes=15),
        parse_ttl,
        "how long a token is valid, such as 90s, 15m or 2h",
        metavar="DURATION",
        is_per_issuer=True,
    )
    profile: str = setting(
        "plain",
        parse_text,
        f"default claims and lifetime of tokens: {', '.join(BUILT_IN)}, or a name from the profiles"
        " file",
        metavar="NAME",
        is_per_issuer=True,
    )
    profiles: Mapping[str, Profile] = setting(
        BUILT_IN,
        parse_profiles,
        "TOML file that defines more profiles and issuers, users, clients and scopes",
        metavar="FILE",
    )
    issuers: Mapping[str, Any] = setting(
        {},
        parse_issuers,
        "more issuers in the same process, instead of the tables [issuers.NAME] of the profiles"
        " file",
        variable="",
    )
    users: Mapping[str, Any] = setting(
        DEFAULT_USERS,
        parse_users,
        "the users who can log in, with their claims, instead of the tables [users.NAME] of the"
        " profiles file",
        default_note="alice, bob, and carol, whose email is not verified",
        variable="",
        is_per_issuer=True,
    )
    clients: Mapping[str, Any] = setting(
        {},
        parse_clients,
        "the clients that may log users in, instead of the tables [clients.ID] of the profiles"
        " file",
        default_note="any, with redirect URIs on loopback and on names without a dot",
        variable="",
        is_per_issuer=True,
    )
    scopes: Mapping[str, Sequence[str]] = setting(
        {},
        parse_scopes,
        "the claims that a scope releases, in addition to the scopes of OpenID Connect, instead of"
        " the table [scopes] of the profiles file",
        variable="",
        is_per_issuer=True,
    )
    login: str | None = setting(
        None,
        parse_text,
        "the user whom every login logs in without a page",
        default_note="users choose who they are",
        is_per_issuer=True,
    )
    public_url: str | None = setting(
        None,
        parse_url,
        "URL by which clients reach the issuer, for the endpoints in the discovery document, and"
        f" for iss if the issuer is set to {SELF}",
        default_note="for iss the URL that the issuer prints, otherwise that of the request",
    )
    browser_url: str | None = setting(
        None,
        parse_url,
        "URL by which browsers reach the issuer",
        default_note="the public URL",
    )
    verifier_url: str | None = setting(
        None,
        parse_url,
        "base URL by which the verifier reaches the issuer, for the jku and x5u of defects",
        default_note="the public URL, or that of the token request",
    )
    keys_dir: Path | None = setting(
        None,
        parse_directory,
        "directory for the keys",
        default_note="a fresh key in memory at each start",
        metavar="DIR",
        variable="PERSIST_KEYS_DIR",
        is_per_issuer=True,
    )
    key_seed: str | None = setting(
        None,
        parse_seed,
        "text of at least 16 characters that all keys are derived from, so that issuers with the"
        " same seed have the same keys; openssl rand -hex 32 makes one",
        default_note="keys are random",
        is_secret=True,
    )
    algorithms: tuple[str, ...] = setting(
        ALGORITHMS[:1],
        parse_algorithms,
        "algorithms that have a key from the start, comma-separated, in addition to RS256:"
        f" {', '.join(ALGORITHMS[1:])}; other keys are generated when a request first names their"
        " algorithm, but not from a seed",
        is_per_issuer=True,
    )
    kids: KidStyle | None = setting(
        None,
        partial(parse_choice, choices=tuple(KidStyle)),
        "kids of new keys: dev-key (dev-key, dev-key-2, ...), thumbprint (RFC 7638), or hex (40"
        " digits, like Google's)",
        default_note=f"{KidStyle.DEV_KEY}; {KidStyle.HEX} with the profile google",
        is_per_issuer=True,
    )
    rotation: Rotation = setting(
        "off",
        partial(parse_choice, choices=ROTATIONS),
        "rotation plan; google: a new key every 8 days, published 18 hours before it signs",
        default_note="keys rotate only on request",
        metavar="PLAN",
        is_per_issuer=True,
    )
    rotation_factor: float = setting(
        1.0,
        parse_factor,
        f"speed of the rotation plan google, 1 (real time) to {MAX_ROTATION_FACTOR}; at 4320, 8"
        " days take 160 s",
        metavar="FACTOR",
        is_per_issuer=True,
    )
    keys_max_age: timedelta | None = setting(
        None,
        parse_max_age,
        "how long key documents may be cached, up to 24h",
        default_note=f"{format_duration(_MAX_AGE)}; {format_duration(_GOOGLE_MAX_AGE)} with the"
        " profile google",
        is_per_issuer=True,
    )
    allow_unmarked_keys: bool = setting(
        False,
        parse_flag,
        "true: accept a signing key without the dev watermark, which production cannot recognise",
        is_per_issuer=True,
    )
    cors_origins: tuple[str, ...] = setting(
        (),
        parse_origins,
        "origins whose web pages may call the issuer, comma-separated, or *",
        default_note="localhost, any port",
    )
    log_level: LogLevel = setting(
        "info",
        partial(parse_choice, choices=LOG_LEVELS),
        f"lowest severity that is logged: {', '.join(LOG_LEVELS)}",
        metavar="LEVEL",
    )
    access_log: bool = setting(
        False,
        parse_flag,
        "true: log each request",
    )
    admin: bool | None = setting(
        None,
        parse_flag,
        "true or false: serve /admin, which the console needs",
        default_note="true on a loopback address; elsewhere only with an admin token",
    )
    admin_token: str | None = setting(
        None,
        parse_secret,
        "bearer token that /admin requires; it enables /admin on any address",
        is_secret=True,
    )
    admin_hosts: tuple[str, ...] = setting(
        (SERVICE_NAME, "host.docker.internal"),
        parse_host_names,
        "names by which clients may reach /admin without an admin token, comma-separated, in"
        " addition to loopback names and the host of the public URL",
    )
    request_log: int = setting(
        1000, parse_capacity, "number of requests that /admin/requests keeps"
    )
    workers: int = setting(
        1,
        parse_workers,
        "number of server processes, for load tests; with more than one, /admin and defects are"
        " not available, and each algorithm has a key from the start, unless keys are derived",
        metavar="NUMBER",
    )
    replicas: int = setting(
        1,
        parse_replicas,
        "number of issuers that answer at the same address; with more than one, they need a key"
        " seed or a common key directory, and /admin, logins and defects are not available",
        metavar="NUMBER",
    )
    keep_alive: timedelta = setting(
        timedelta(seconds=75),
        parse_time_limit,
        "how long an idle connection stays open; choose more than the idle timeout of a load"
        " balancer in front of the issuer",
    )
    request_timeout: timedelta = setting(
        timedelta(seconds=20),
        parse_time_limit,
        "how long the header of a request may take to arrive, and the interval in which its body"
        " must average 240 bytes per second",
    )
    max_header_bytes: int = setting(
        64 * 1024,
        parse_header_size,
        "largest request line and header section, in bytes",
    )
    explicit: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    @property
    def kid_style(self) -> KidStyle:
        """How the `kid` of a new key is formed."""
        return self.kids or (KidStyle.HEX if self.profile == GOOGLE.name else KidStyle.DEV_KEY)

    @property
    def max_age(self) -> timedelta:
        """How long key documents may be cached."""
        if self.keys_max_age is not None:
            return self.keys_max_age
        return _GOOGLE_MAX_AGE if self.profile == GOOGLE.name else _MAX_AGE

    @property
    def scheme(self) -> str:
        """The scheme of the URLs by which the issuer serves."""
        return "https" if self.tls or self.tls_cert is not None else "http"

    @property
    def ca_files(self) -> tuple[Path, ...]:
        """The files with the certificates by which commands trust an issuer; some may not exist."""
        return tuple(filter(None, (self.tls_ca, self.tls_cert)))

    @property
    def is_on_loopback(self) -> bool:
        """Whether the issuer is reachable from this machine only."""
        return is_loopback_address(self.host)

    @property
    def trusted_hosts(self) -> frozenset[str]:
        """The configured names by which clients may reach `/admin` without an admin token."""
        names = set(self.admin_hosts)
        for url in filter(None, (self.public_url, self.browser_url)):
            with suppress(ValueError):  # the URL has no valid host
                names.add(normalize_host_name(urlsplit(url).hostname or ""))
        return frozenset(names)

    @property
    def is_alone(self) -> bool:
        """Whether a single process serves the issuer, in whose memory logins and controls exist."""
        return self.workers == 1 and self.replicas == 1

    @property
    def has_common_keys(self) -> bool:
        """Whether other processes with these settings have the same keys."""
        return self.key_seed is not None or self.keys_dir is not None

    @property
    def derived_algorithms(self) -> frozenset[str]:
        """The algorithms that have a key if keys are derived from a seed."""
        profile = self.profiles.get(self.profile)
        own = ALGORITHMS[0] if profile is None else profile.alg
        return frozenset({ALGORITHMS[0], own, *self.algorithms})

    @property
    def has_admin(self) -> bool:
        """Whether the admin surface is served."""
        if self.admin is not None:
            return self.admin
        if not self.is_alone:
            return False
        return self.admin_token is not None or self.is_on_loopback


SETTINGS: Final = list_settings(Settings)
"""All settings, in the order in which help and documentation list them."""
