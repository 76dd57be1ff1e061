# DEV-ONLY: never ship to production.
"""Fields that several forms have."""

from token_issuer.markup import Markup, element, escape_exactly


def render_hidden(name: str, value: str) -> Markup:
    """Render a field that the user does not see, and that is sent as it is."""
    return element("input", type="hidden", name=escape_exactly(name), value=escape_exactly(value))
