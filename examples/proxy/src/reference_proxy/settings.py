"""Settings, read once from the environment; all errors are reported together."""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

from bounded_http.limits import MAX_HEADER_BYTES, MIN_HEADER_BYTES
from jwt_core import Algorithm, JwtError, KeyFormatError, VerificationKey, decode_public_key

from reference_proxy.errors import SettingsError

MAX_PORT: Final = 65535
MAX_TIME_LIMIT: Final = timedelta(days=1)
HOST_PATTERN: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*")
"""A host name, or an IPv6 address without brackets."""
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
        algorithms = read.optional(
            "JWT_ALGORITHMS", _parse_algorithms, frozenset({Algorithm.RS256})
        )
        jwks_uri = read.optional("JWT_JWKS_URI", _parse_url, "")
        public_key = read.optional(
            "JWT_PUBLIC_KEY", lambda text: _decode_key(text, algorithms), None
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
            leeway=read.optional("JWT_LEEWAY_S", _parse_seconds, timedelta(0)),
            jwks_cooldown=read.optional("JWKS_COOLDOWN_S", _parse_duration, timedelta(seconds=30)),
            upstream_url=read.required(
                "UPSTREAM_URL", _parse_url, "the URL of the service behind the proxy"
            ),
            upstream_timeout=read.optional(
                "UPSTREAM_TIMEOUT_S", _parse_duration, timedelta(seconds=30)
            ),
            host=read.optional("PROXY_HOST", str, "127.0.0.1"),
            port=read.optional("PROXY_PORT", _parse_port, 8080),
            keep_alive=read.optional(
                "PROXY_KEEP_ALIVE_S", _parse_time_limit, timedelta(seconds=75)
            ),
            request_timeout=read.optional(
                "PROXY_REQUEST_TIMEOUT_S", _parse_time_limit, timedelta(seconds=20)
            ),
            min_body_rate=read.optional("PROXY_MIN_BODY_RATE", _parse_rate, 240),
            max_header_bytes=read.optional("PROXY_MAX_HEADER_BYTES", _parse_header_size, 64 * 1024),
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


def _parse_url(text: str) -> str:
    message = "expected an absolute http or https URL, for instance https://api.example.com/"
    try:
        parts = urlsplit(text)
        has_port = parts.port != 0  # raises ValueError for an invalid port
        host = (parts.hostname or "").encode("idna").decode()  # as the resolver does
    except ValueError:
        raise ValueError(message) from None
    # HTTP clients disagree on characters other than printable ASCII: they drop, reject or encode.
    is_plain = re.fullmatch("[!-~]+", text) and HOST_PATTERN.fullmatch(host)
    if parts.scheme not in {"http", "https"} or not has_port or not is_plain:
        raise ValueError(message)
    if "@" in parts.netloc or "?" in text or "#" in text:
        message = "the URL must contain no user information, no query and no fragment; remove them"
        raise ValueError(message)
    return text


def _decode_key(text: str, algorithms: frozenset[Algorithm]) -> VerificationKey:
    key = decode_public_key(text)
    if key.algorithm in algorithms or len(algorithms) > 1:
        return key
    # PEM does not contain the algorithm of an RSA key, so the only accepted one is used.
    with suppress(KeyFormatError):
        return decode_public_key(text, algorithm=next(iter(algorithms)))
    return key


def _parse_algorithms(text: str) -> frozenset[Algorithm]:
    names = {name.strip() for name in text.split(",")} - {""}
    known = {str(algorithm) for algorithm in Algorithm}
    if not names or names - known:
        message = f"expected one or more of {', '.join(sorted(known))}, separated by commas"
        raise ValueError(message)
    return frozenset(map(Algorithm, names))


def _parse_seconds(text: str) -> timedelta:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text, re.ASCII):
        message = "expected a number of seconds, for instance 30 or 0.5"
        raise ValueError(message)
    return timedelta(seconds=float(text))


def _parse_duration(text: str) -> timedelta:
    if not (duration := _parse_seconds(text)):
        message = "expected more than 0 seconds, for instance 30 or 0.5"
        raise ValueError(message)
    return duration


def _parse_time_limit(text: str) -> timedelta:
    duration = _parse_duration(text)
    if duration > MAX_TIME_LIMIT:
        message = f"expected at most {MAX_TIME_LIMIT.total_seconds():.0f} seconds"
        raise ValueError(message)
    return duration


def _parse_rate(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        message = "expected a number of bytes per second, for instance 240, or 0 for any pace"
        raise ValueError(message)
    return int(text)


def _parse_header_size(text: str) -> int:
    is_number = re.fullmatch(r"\d{1,9}", text, re.ASCII)
    if not is_number or not MIN_HEADER_BYTES <= int(text) <= MAX_HEADER_BYTES:
        message = f"expected a number of bytes from {MIN_HEADER_BYTES} to {MAX_HEADER_BYTES}"
        raise ValueError(message)
    return int(text)


def _parse_port(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) > MAX_PORT:
        message = f"expected a port number from 0 to {MAX_PORT} (0 picks a free one)"
        raise ValueError(message)
    return int(text)
