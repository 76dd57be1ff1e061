"""Settings, read once from the environment; all errors are reported together."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self, TypeVar

from jwt_core import Algorithm, JwtError, VerificationKey

from reference_proxy.errors import SettingsError
from reference_proxy.parsers import (
    Forwarded,
    decode_key,
    parse_algorithms,
    parse_ca_file,
    parse_duration,
    parse_forwarded,
    parse_header_size,
    parse_origins,
    parse_port,
    parse_rate,
    parse_seconds,
    parse_time_limit,
    parse_url,
)

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Settings of the proxy.

    Attributes:
        jwks_uri: `JWT_JWKS_URI`, the URL of the JWK Set; empty if a static key is set.
        public_key: `JWT_PUBLIC_KEY`, one static key as PEM, certificate or JWK; None if a URL is
            set.
        issuer: `JWT_ISSUER`, the only accepted `iss`.
        audience: `JWT_AUDIENCE`, the `aud` that a token must contain.
        algorithms: `JWT_ALGORITHMS`, separated by commas; RS256 unless set.
        leeway: `JWT_LEEWAY_S`, tolerated clock difference in seconds; 0 unless set.
        jwks_cooldown: `JWKS_COOLDOWN_S`, shortest time between two fetches caused by an unknown key
            or an invalid signature, in seconds; 30 unless set. No other pause is longer.
        upstream_url: `UPSTREAM_URL`, the service behind the proxy.
        upstream_timeout: `UPSTREAM_TIMEOUT_S`, how long the upstream may neither send nor receive
            anything, in seconds; 30 unless set.
        forwarded: `FORWARDED_HEADERS`, the policy for a client's `Forwarded`, `X-Forwarded-*` and
            similar fields: `drop` (default), or `append` this hop to them.
        cors_origins: `CORS_ORIGINS`, origins separated by commas, or `*`, whose CORS preflights the
            proxy answers itself; if unset, the upstream answers all preflights.
        ca_file: `SSL_CERT_FILE`, PEM file of the certificate authorities for all connections to the
            JWKS and the upstream; those of the system unless set.
        jwks_proxy_url: `JWKS_PROXY_URL`, URL of a forward proxy for fetches of the JWK Set; none
            unless set.
        host: `PROXY_HOST`, the address to listen on; 127.0.0.1 unless set.
        port: `PROXY_PORT`; 8080 unless set.
        keep_alive: `PROXY_KEEP_ALIVE_S`, how long a connection may be idle, in seconds; 75 unless
            set.
        request_timeout: `PROXY_REQUEST_TIMEOUT_S`, how long the header of a request may take to
            arrive, in seconds, and the interval in which the pace of its body is measured; 20
            unless set.
        min_body_rate: `PROXY_MIN_BODY_RATE`, slowest pace of a request body in bytes per second, 0
            for any; 240 unless set.
        max_header_bytes: `PROXY_MAX_HEADER_BYTES`, largest request line and header section; 65536
            unless set.
    """

    jwks_uri: str
    public_key: VerificationKey | None
    issuer: str
    audience: str
    algorithms: frozenset[Algorithm]
    leeway: timedelta
    jwks_cooldown: timedelta
    upstream_url: str
    upstream_timeout: timedelta
    forwarded: Forwarded
    cors_origins: frozenset[str]
    ca_file: str
    jwks_proxy_url: str
    host: str
    port: int
    keep_alive: timedelta
    request_timeout: timedelta
    min_body_rate: int
    max_header_bytes: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read and validate the settings.

        Args:
            environ: The environment; a blank variable is the same as an unset one.

        Raises:
            SettingsError: Lists every error, by variable name.
        """
        read = _Reader(environ)
        algorithms = read.optional("JWT_ALGORITHMS", parse_algorithms, frozenset({Algorithm.RS256}))
        jwks_uri = read.optional("JWT_JWKS_URI", parse_url, "")
        public_key = read.optional(
            "JWT_PUBLIC_KEY", lambda text: decode_key(text, algorithms), None
        )
        read.require_one_of("JWT_JWKS_URI", "JWT_PUBLIC_KEY")
        if public_key is not None and public_key.algorithm not in algorithms:
            read.problems.append(
                f"JWT_PUBLIC_KEY is a key for {public_key.algorithm}, which JWT_ALGORITHMS does not"
                f" allow: set JWT_ALGORITHMS={public_key.algorithm}"
            )
        settings = cls(
            jwks_uri=jwks_uri,
            public_key=public_key,
            issuer=read.required("JWT_ISSUER", str, "the `iss` of the tokens to accept"),
            audience=read.required("JWT_AUDIENCE", str, "the `aud` of tokens for this service"),
            algorithms=algorithms,
            leeway=read.optional("JWT_LEEWAY_S", parse_seconds, timedelta(0)),
            jwks_cooldown=read.optional("JWKS_COOLDOWN_S", parse_duration, timedelta(seconds=30)),
            upstream_url=read.required(
                "UPSTREAM_URL", parse_url, "the URL of the service behind the proxy"
            ),
            upstream_timeout=read.optional(
                "UPSTREAM_TIMEOUT_S", parse_duration, timedelta(seconds=30)
            ),
            forwarded=read.optional("FORWARDED_HEADERS", parse_forwarded, Forwarded.DROP),
            cors_origins=read.optional("CORS_ORIGINS", parse_origins, frozenset[str]()),
            ca_file=read.optional("SSL_CERT_FILE", parse_ca_file, ""),
            jwks_proxy_url=read.optional("JWKS_PROXY_URL", parse_url, ""),
            host=read.optional("PROXY_HOST", str, "127.0.0.1"),
            port=read.optional("PROXY_PORT", parse_port, 8080),
            keep_alive=read.optional("PROXY_KEEP_ALIVE_S", parse_time_limit, timedelta(seconds=75)),
            request_timeout=read.optional(
                "PROXY_REQUEST_TIMEOUT_S", parse_time_limit, timedelta(seconds=20)
            ),
            min_body_rate=read.optional("PROXY_MIN_BODY_RATE", parse_rate, 240),
            max_header_bytes=read.optional("PROXY_MAX_HEADER_BYTES", parse_header_size, 64 * 1024),
        )
        if read.problems:
            raise SettingsError(tuple(read.problems))
        return settings

    @classmethod
    def from_process(cls) -> Self:
        """Read the settings from this process's environment.

        Raises:
            SettingsError: Lists every error, by variable name.
        """
        return cls.from_env(os.environ)  # noqa: TID251  # the only module that may


class _Reader:
    """Reads variables and collects the errors, so that all are reported together."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._values = {name: value.strip() for name, value in environ.items()}
        self.problems: list[str] = []

    def optional(self, name: str, parse: Callable[[str], Value], default: Value) -> Value:
        text = self._values.get(name, "")
        if not text:
            return default
        try:
            return parse(text)
        except (ValueError, JwtError) as error:
            self.problems.append(f"{name}: {error}")
            return default

    def required(self, name: str, parse: Callable[[str], str], meaning: str) -> str:
        if not self._values.get(name):
            self.problems.append(f"{name} is not set: set it to {meaning}")
        return self.optional(name, parse, "")

    def require_one_of(self, first: str, second: str) -> None:
        count = sum(bool(self._values.get(name)) for name in (first, second))
        if count == 0:
            self.problems.append(f"neither {first} nor {second} is set: set one of them")
        elif count > 1:
            self.problems.append(f"{first} and {second} are both set: keep one and empty the other")
