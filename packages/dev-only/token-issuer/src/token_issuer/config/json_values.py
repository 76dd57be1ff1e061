# DEV-ONLY: never ship to production.
"""Checks that values of TOML and Python are JSON, so that they can become claims."""

import json
import math
from collections.abc import Mapping
from typing import Any


def is_json(value: Any) -> bool:
    """Tell whether *value* consists of JSON values; JSON has no dates and no infinity."""
    match value:
        case bool() | int() | str():
            return True
        case float():
            return math.isfinite(value)
        case list():
            return all(is_json(item) for item in value)
        case dict():
            return all(isinstance(key, str) and is_json(item) for key, item in value.items())
        case _:
            return False


def count_json_characters(values: Mapping[Any, Any]) -> int:
    """Return the length of *values* as JSON, in characters; 0 if they cannot be encoded."""
    try:
        return len(json.dumps(dict(values)))
    except (TypeError, ValueError, RecursionError):
        return 0
