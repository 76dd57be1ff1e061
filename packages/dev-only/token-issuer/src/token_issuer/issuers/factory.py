# DEV-ONLY: never ship to production.
"""Construction of the issuers of a process from its settings."""

from concurrent.futures import Future

from jwt_core import PrivateKey

from token_issuer.config.issuers import derive_settings
from token_issuer.config.settings import Settings
from token_issuer.issuers.issuers import Issuers
from token_issuer.keys.factory import open_keys
from token_issuer.request_log import RequestLog
from token_issuer.tokens.issuer import Issuer


def build_issuers(settings: Settings, first_key: Future[PrivateKey] | None = None) -> Issuers:
    """Build the issuers that *settings* declare, with their stored, derived or new keys.

    Args:
        settings: The settings of the process and its main issuer.
        first_key: The key of the main issuer that `submit_first_key` lets another thread make.

    Raises:
        KeyDirectoryError: a key directory cannot be used.
    """
    main = Issuer(
        settings,
        open_keys(settings, first_key=first_key),
        requests=RequestLog(settings.request_log),
    )
    named = {name: _build_named(main, name) for name in settings.issuers}
    return Issuers(main, named)


def _build_named(main: Issuer, name: str) -> Issuer:
    settings = derive_settings(main.settings, name)
    keys = open_keys(settings, name)
    return Issuer(settings, keys, main.clock, main.requests, name=name)
