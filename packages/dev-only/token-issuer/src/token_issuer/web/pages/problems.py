# DEV-ONLY: never ship to production.
"""Problems, as a page shows them."""

import re
from typing import Final

from token_issuer.markup import Markup, element

_FIELD: Final = re.compile(r"([a-z_]+): (.+)", re.DOTALL)
_PROBLEM_ID: Final = "problem"
INVALID: Final = {"aria_invalid": "true", "aria_describedby": _PROBLEM_ID}
"""The attributes of the field that a problem is about."""


def split_message(message: str) -> tuple[str, str]:
    """Split *message* into the parameter that it is about, or empty text, and a sentence."""
    match = _FIELD.fullmatch(message)
    name, text = ("", message) if match is None else match.groups()
    return name, text[:1].upper() + text[1:]


def render_problem(problem: str) -> Markup:
    """Render *problem* without the name of the parameter, whose label is below it; may be empty."""
    if not problem:
        return Markup()
    _, sentence = split_message(problem)
    return element("p", sentence, role="alert", class_="problem", id=_PROBLEM_ID)
