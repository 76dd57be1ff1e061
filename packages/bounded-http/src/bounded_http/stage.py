"""The stages of reading a request from a connection."""

from enum import IntEnum


class Stage(IntEnum):
    """The part of a request that is being read; NONE between two requests."""

    NONE = 0
    HEAD = 1
    BODY = 2
