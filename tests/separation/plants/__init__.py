"""Planted violations: how a piece of the simulator may end up in what is shipped.

Each plant writes real artefacts into a folder; its name says how somebody did it. Beside it stand
the check that must catch it, and what the path in the finding must contain.
"""

from tests.separation.plants import archives, code, keys, names, services  # noqa: F401  # they register their plants
from tests.separation.plants.registry import PLANTS

__all__ = ["PLANTS"]
