"""Planted violations: ways in which a part of the simulator may be shipped.

Each plant writes real artefacts into a folder. Its name describes the way. It also names the check
that must find it, and a part of the path in the finding.
"""

from tests.separation.plants import (  # noqa: F401  # they register their plants
    archives,
    certificates,
    code,
    compressed,
    console,
    damaged,
    embedded,
    keys,
    logins,
    names,
    notations,
    services,
    settings,
)
from tests.separation.plants.registry import PLANTS

__all__ = ["PLANTS"]
