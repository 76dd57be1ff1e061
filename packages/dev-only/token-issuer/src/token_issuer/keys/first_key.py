# DEV-ONLY: never ship to production.
"""The first key of an issuer, made by a thread while the main thread imports the server.

Making the key takes about as long as these imports, so this module imports as little as possible.
"""

from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING

from token_issuer.config.settings import Settings
from token_issuer.keys.watermark import generate_marked_private_key

if TYPE_CHECKING:
    from jwt_core import PrivateKey


def submit_first_key(executor: Executor, settings: Settings) -> "Future[PrivateKey] | None":
    """Let *executor* make the first RSA key of the main issuer of *settings*.

    Returns:
        The key; None if it depends on a directory, or on the time, as derived keys that rotate do.
    """
    if settings.keys_dir is not None:
        return None
    if settings.key_seed is None:
        return executor.submit(generate_marked_private_key)
    if settings.rotation != "off":
        return None
    from token_issuer.keys.derivation import derive_private_key  # noqa: PLC0415  # rarely used

    return executor.submit(derive_private_key, settings.key_seed, "", "RS256", 0)
