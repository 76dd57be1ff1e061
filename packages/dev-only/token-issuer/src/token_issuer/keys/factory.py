# DEV-ONLY: never ship to production.
"""Construction of a key service and its key store from the settings of an issuer."""

import logging
from concurrent.futures import Future

from jwt_core import Algorithm, PrivateKey, SigningKey
from proxy_guard.dev_marks import DEFAULT_KID

from token_issuer.config.choices import ALGORITHMS
from token_issuer.config.settings import Settings
from token_issuer.keys.derivation import derive_private_key
from token_issuer.keys.ring import KeyRing
from token_issuer.keys.rotation_plan import MAX_FOLLOWED_FACTOR, RotationPlan
from token_issuer.keys.seeded_keys import SeededKeys
from token_issuer.keys.service import KeyService
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.storage.store import KeyStore, MemoryStore
from token_issuer.keys.stored_keys import StoredKeys

logger = logging.getLogger(__name__)


def open_keys(
    settings: Settings, name: str = "", first_key: Future[PrivateKey] | None = None
) -> KeyService:
    """Return the keys of the seed or the directory of *settings*, or new ones in memory.

    Args:
        settings: The settings of an issuer.
        name: Its name; empty for the main issuer.
        first_key: The key that `submit_first_key` lets another thread make.

    Raises:
        KeyDirectoryError: the key directory cannot be used.
    """
    first = None if first_key is None else first_key.result()
    if settings.key_seed is not None:
        return _derive_keys(settings, settings.key_seed, name, first)
    keys = _build_stored_keys(settings, _open_store(settings), first)
    # A process must not add a key that the others of its issuer do not have.
    algorithms = settings.algorithms if settings.is_alone else ALGORITHMS
    keys.ensure_initial_keys(tuple(map(Algorithm, algorithms)))
    return keys


def load_keys(settings: Settings, name: str = "") -> KeyService:
    """Return the keys of the seed or the directory of *settings* without writing anything.

    Args:
        settings: The settings of an issuer, which have one of both.
        name: Its name; empty for the main issuer.

    Raises:
        KeyDirectoryError: the directory holds no key, or one that cannot be used.
        ValueError: *settings* have neither a seed nor a directory.
    """
    if settings.key_seed is not None:
        return _derive_keys(settings, settings.key_seed, name)
    if settings.keys_dir is None:
        message = "neither key_seed nor keys_dir is set"
        raise ValueError(message)
    store = DirectoryStore(
        settings.keys_dir,
        style=settings.kid_style,
        allow_unmarked=settings.allow_unmarked_keys,
    )
    return _build_stored_keys(settings, store)


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


def _derive_keys(
    settings: Settings, seed: str, name: str, first: PrivateKey | None = None
) -> SeededKeys:
    return SeededKeys(
        lambda algorithm, epoch: derive_private_key(seed, name, algorithm, epoch),
        [each for each in Algorithm if each in settings.derived_algorithms],
        plan=_plan_rotation(settings),
        style=settings.kid_style,
        derived=None if first is None else {(Algorithm.RS256, 0): first},
    )


def _build_stored_keys(
    settings: Settings, store: KeyStore, first: PrivateKey | None = None
) -> StoredKeys:
    key = None if first is None else SigningKey(first, Algorithm.RS256, DEFAULT_KID)
    return StoredKeys(
        store,
        plan=_plan_rotation(settings),
        style=settings.kid_style,
        pregenerated=None if key is None else {key.algorithm: key},
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
