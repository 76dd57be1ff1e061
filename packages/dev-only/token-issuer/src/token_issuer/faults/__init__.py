# DEV-ONLY: never ship to production.
"""Key endpoints that misbehave on cue: what to set, and what struck.

Document faults say what the body says, answer faults what its status and header say, and transport
faults how the bytes arrive.
"""

from token_issuer.faults.board import FaultBoard, FaultState
from token_issuer.faults.fault import MOST_FAULTS, Fault
from token_issuer.faults.kinds import FaultKind

__all__ = [
    "MOST_FAULTS",
    "Fault",
    "FaultBoard",
    "FaultKind",
    "FaultState",
]
