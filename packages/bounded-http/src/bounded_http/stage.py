"""How far the request that is being read on a connection has come."""

from enum import IntEnum


class Stage(IntEnum):
    """How far a request has come."""

    NONE = 0
    HEAD = 1
    BODY = 2
