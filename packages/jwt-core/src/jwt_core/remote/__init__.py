"""Remote JWKS client; needs the extra `jwt-core[remote]`."""

from jwt_core.remote.cache import KeySetState
from jwt_core.remote.client import RemoteKeySet
from jwt_core.remote.refresher import DocumentValidator

__all__ = ["DocumentValidator", "KeySetState", "RemoteKeySet"]
