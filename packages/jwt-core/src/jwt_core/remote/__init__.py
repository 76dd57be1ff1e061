"""The remote JWKS client; needs the extra `jwt-core[remote]`."""

from jwt_core.remote.cache import KeySetState
from jwt_core.remote.client import RemoteKeySet

__all__ = ["KeySetState", "RemoteKeySet"]
