# DEV-ONLY: never ship to production.
"""The issuers of a process, and the resolution of request paths to issuers.

The main issuer is served at the root, each other one below its name: `/staff/token`. If the public
URL of an issuer has a path, the issuer is also served below this path.

Spec: OpenID Connect Discovery §4.1, RFC 8414 §3.1
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Self
from urllib.parse import unquote, urlsplit

from token_issuer.config.issuers import resolve_issuer
from token_issuer.config.settings import SELF, Settings
from token_issuer.keys.factory import warn_of_fast_rotation
from token_issuer.paths import DISCOVERY_PATHS, TOP_LEVEL_NAMES, normalize_path
from token_issuer.request_log import RequestLog
from token_issuer.timing.clock import Clock
from token_issuer.tokens.issuer import Issuer

logger = logging.getLogger(__name__)


class Place(NamedTuple):
    """The issuer and the endpoint of a request path.

    Attributes:
        issuer: The issuer.
        prefix: The part of the path before that of the endpoint; empty for the main issuer at the
            root.
        path: The path of the endpoint.
    """

    issuer: Issuer
    prefix: str
    path: str


@dataclass(frozen=True, slots=True)
class Issuers:
    """The issuers of a process. They share its clock and its request log.

    Attributes:
        main: The issuer at the root.
        named: The other issuers by name.
    """

    main: Issuer
    named: Mapping[str, Issuer] = field(default_factory=dict)
    _prefixes: Mapping[str, Issuer] = field(init=False, repr=False)
    _identifier_paths: Mapping[str, Issuer] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        prefixes = {
            prefix: issuer
            for issuer in self
            if (prefix := _get_path(issuer.settings.public_url))
            and prefix.split("/")[1] not in TOP_LEVEL_NAMES
        }
        prefixes |= {issuer.path: issuer for issuer in self.named.values()}
        longest_first = dict(sorted(prefixes.items(), key=lambda item: -len(item[0])))
        paths: dict[str, Issuer] = {}
        for issuer in self:
            if path := _get_path(issuer.identifier):
                paths.setdefault(path, issuer)
        object.__setattr__(self, "_prefixes", longest_first)
        object.__setattr__(self, "_identifier_paths", paths)

    def __iter__(self) -> Iterator[Issuer]:
        """Iterate over all issuers, the main one first."""
        yield self.main
        yield from self.named.values()

    @property
    def settings(self) -> Settings:
        """The settings of the process, which are those of the main issuer."""
        return self.main.settings

    @property
    def clock(self) -> Clock:
        """The simulated clock of all issuers."""
        return self.main.clock

    @property
    def requests(self) -> RequestLog:
        """The log of the latest requests to all issuers."""
        return self.main.requests

    @property
    def places(self) -> Iterator[tuple[str, Issuer]]:
        """The prefixes below which issuers are served, and their issuers."""
        yield "", self.main
        yield from self._prefixes.items()

    def find(self, path: str) -> Place:
        """Return the place of *path*; without a known prefix, it belongs to the main issuer."""
        if (place := self._find_discovery(path)) is not None:
            return place
        for prefix, issuer in self._prefixes.items():
            if path.startswith(prefix) and path[len(prefix) :][:1] in {"", "/"}:
                return Place(issuer, prefix, path[len(prefix) :] or "/")
        return Place(self.main, "", path)

    def locate(self, url: str) -> Self:
        """Return the issuers as they are served at the base URL *url*.

        The URL becomes the identifier of each issuer whose setting `issuer` is `self`. Settings
        with which clients cannot work are logged.
        """
        if self.settings.public_url is None and any(each.settings.issuer == SELF for each in self):
            _warn_of_wildcard(url)
        for issuer in self:
            warn_of_fast_rotation(issuer.settings)
        located = [
            replace(
                issuer,
                settings=resolve_issuer(issuer.settings, url + issuer.path),
                url=url + issuer.path,
            )
            for issuer in self
        ]
        return replace(self, main=located[0], named={each.name: each for each in located[1:]})

    @contextmanager
    def refreshing(self) -> Iterator[None]:
        """Keep the keys of all issuers up to date while the block runs."""
        with ExitStack() as stack:
            for issuer in self:
                stack.enter_context(issuer.keys)
            yield

    def _find_discovery(self, path: str) -> Place | None:
        """Return the place of a discovery document; None for another path."""
        for discovery_path in DISCOVERY_PATHS:
            if path.startswith(f"{discovery_path}/"):  # RFC 8414 inserts its path into the URL
                prefix = path.removeprefix(discovery_path)
            elif path.endswith(discovery_path):
                prefix = path.removesuffix(discovery_path)
            else:
                continue
            if prefix in self._prefixes:
                return Place(self._prefixes[prefix], prefix, discovery_path)
            if prefix in self._identifier_paths:
                issuer = self._identifier_paths[prefix]
                return Place(issuer, issuer.path, discovery_path)
        return None


_WILDCARDS: Final = ("//0.0.0.0:", "//[::]:")


def _warn_of_wildcard(url: str) -> None:
    if url.partition(":")[2].startswith(_WILDCARDS):
        logger.warning(
            "TOKEN_ISSUER_ISSUER=self: tokens name the issuer %s, which other machines cannot "
            "reach; set TOKEN_ISSUER_PUBLIC_URL to the URL that clients use",
            url,
        )


def _get_path(url: str | None) -> str:
    """Return the path of a URL as requests have it; empty for `/` and text that is not a URL."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return (
        normalize_path(unquote(parts.path)).rstrip("/") if parts.scheme in {"http", "https"} else ""
    )
