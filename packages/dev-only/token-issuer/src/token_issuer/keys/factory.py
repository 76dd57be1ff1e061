# DEV-ONLY: never ship to production.
"""Construction of a key service and its key store from the settings of an issuer."""

import logging
from collections.abc import Mapping
from concurrent.futures import Future

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt_core import Algorithm, SigningKey
from proxy_guard.dev_marks import DEFAULT_KID

from token_issuer.config.choices import ALGORITHMS
from token_issuer.config.settings import Settings
from token_issuer.keys.ring import KeyRing
from token_issuer.keys.rotation_plan import MAX_FOLLOWED_FACTOR, RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.storage.store import KeyStore, MemoryStore

logger = logging.getLogger(__name__)


def open_keys(settings: Settings, first_key: Future[RSAPrivateKey] | None = None) -> KeyService:
    """Return the keys of the directory of *settings*, or new ones in memory.

    Args:
        settings: The settings of an issuer.
        first_key: The key that another thread is generating, for an issuer without a directory.

    Raises:
        KeyDirectoryError: the key directory cannot be used.
    """
    pregenerated = {}
    if first_key is not None:
        key = SigningKey(first_key.result(), Algorithm.RS256, DEFAULT_KID)
        pregenerated[key.algorithm] = key
    keys = build_key_service(settings, _open_store(settings), pregenerated)
    # A worker must not add a key that the other workers do not have.
    algorithms = settings.algorithms if settings.workers == 1 else ALGORITHMS
    keys.ensure_initial_keys(tuple(map(Algorithm, algorithms)))
    return keys


def load_store(settings: Settings) -> DirectoryStore:
    """Load the ring of the key directory of *settings* without writing anything.

    Raises:
        KeyDirectoryError: the directory holds no key, or one that cannot be used.
        ValueError: *settings* name no directory.
    """
    if settings.keys_dir is None:
        message = "keys_dir is not set"
        raise ValueError(message)
    return DirectoryStore(
        settings.keys_dir,
        style=settings.kid_style,
        allow_unmarked=settings.allow_unmarked_keys,
    )


def build_key_service(
    settings: Settings, store: KeyStore, pregenerated: Mapping[Algorithm, SigningKey] | None = None
) -> KeyService:
    """Build the key service of *store*, with the rotation plan of the settings."""
    return KeyService(
        store, plan=_plan_rotation(settings), style=settings.kid_style, pregenerated=pregenerated
    )


def warn_of_fast_rotation(settings: Settings) -> None:
    """Log a warning if verifiers cannot follow the rotation plan of *settings*."""
    risk = _plan_rotation(settings).describe_risk()
    if risk:
        logger.warning(
            "TOKEN_ISSUER_ROTATION_FACTOR=%g: %s; choose at most %d, or shorten both times of the "
            "verifier",
            settings.rotation_factor,
            risk,
            MAX_FOLLOWED_FACTOR,
        )


def _plan_rotation(settings: Settings) -> RotationPlan:
    if settings.rotation == "google":
        return RotationPlan.like_google(settings.rotation_factor)
    return RotationPlan.on_demand(settings.max_age, settings.ttl)


def _open_store(settings: Settings) -> KeyStore:
    if settings.keys_dir is None:
        return MemoryStore(KeyRing(()))
    return DirectoryStore.open(
        settings.keys_dir,
        style=settings.kid_style,
        allow_unmarked=settings.allow_unmarked_keys,
    )
