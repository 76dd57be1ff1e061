# DEV-ONLY: never ship to production.
"""Messages of Google's APIs, which are protocol buffers in JSON.

Spec: https://protobuf.dev/programming-guides/json/
"""

from collections.abc import Mapping
from typing import Any


def drop_nulls(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of *message* that are present: one that is null is absent."""
    return {name: value for name, value in message.items() if value is not None}
