# DEV-ONLY: never ship to production.
"""An issuer as the settings describe it: keys made or loaded, ready to issue."""

from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt_core import Algorithm, SigningKey
from proxy_guard.dev_marks import DEFAULT_KID

from token_issuer.config.settings import Settings
from token_issuer.keys.ring import KeyRing
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.storage.store import KeyStore, MemoryStore
from token_issuer.request_log import RequestLog
from token_issuer.tokens.issuer import Issuer


def build_issuer(settings: Settings, first_key: Future[RSAPrivateKey] | None = None) -> Issuer:
    """Make an issuer, with the keys of its directory or fresh ones.

    Args:
        settings: How it behaves.
        first_key: A key that is being made already, for where there are none.

    Raises:
        KeyDirectoryError: the key directory cannot be used.
    """
    pregenerated = {}
    if first_key is not None:
        key = SigningKey(first_key.result(), Algorithm.RS256, DEFAULT_KID)
        pregenerated[key.algorithm] = key
    keys = build_key_service(settings, _open_store(settings), pregenerated)
    # Of several workers none may make a key that the others do not have.
    algorithms = settings.algorithms if settings.workers == 1 else tuple(Algorithm)
    keys.prepare(tuple(map(Algorithm, algorithms)))
    return Issuer(settings, keys, requests=RequestLog(settings.request_log))


def load_store(directory: Path, settings: Settings) -> DirectoryStore:
    """Load the ring of *directory* without writing anything.

    Raises:
        KeyDirectoryError: no keys, or keys that cannot be used.
    """
    return DirectoryStore(
        directory,
        style=settings.kid_style,
        allow_unmarked=settings.allow_unmarked_keys,
    )


def build_key_service(
    settings: Settings, store: KeyStore, pregenerated: Mapping[Algorithm, SigningKey] | None = None
) -> KeyService:
    """Put the ring of *store* to use, with the times that the settings ask for."""
    if settings.rotation == "google":
        plan = RotationPlan.like_google(settings.rotation_factor)
    else:
        plan = RotationPlan.on_demand(settings.max_age, settings.ttl)
    return KeyService(store, plan=plan, style=settings.kid_style, pregenerated=pregenerated)


def _open_store(settings: Settings) -> KeyStore:
    if settings.keys_dir is None:
        return MemoryStore(KeyRing(()))
    return DirectoryStore.open(
        settings.keys_dir,
        style=settings.kid_style,
        allow_unmarked=settings.allow_unmarked_keys,
    )
