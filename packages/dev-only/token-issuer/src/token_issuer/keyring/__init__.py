# DEV-ONLY: never ship to production.
"""The key ring: records of keys, the steps between them, and the documents that publish them."""

from token_issuer.keyring.description import KeyDescription, KeyList, describe_key, describe_keys
from token_issuer.keyring.directory import DirectoryStore
from token_issuer.keyring.errors import KeyInUseError, NoSuchKeyError
from token_issuer.keyring.generation import generate_dev_key
from token_issuer.keyring.ring import KeyRing, KeyState, RingKey
from token_issuer.keyring.schedule import RotationPlan, read_step
from token_issuer.keyring.service import KeyService
from token_issuer.keyring.store import KeyStore, MemoryStore
from token_issuer.keyring.view import Document, KeyView

__all__ = [
    "DirectoryStore",
    "Document",
    "KeyDescription",
    "KeyInUseError",
    "KeyList",
    "KeyRing",
    "KeyService",
    "KeyState",
    "KeyStore",
    "KeyView",
    "MemoryStore",
    "NoSuchKeyError",
    "RingKey",
    "RotationPlan",
    "describe_key",
    "describe_keys",
    "generate_dev_key",
    "read_step",
]
