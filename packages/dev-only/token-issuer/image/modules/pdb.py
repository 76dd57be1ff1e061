# DEV-ONLY: never ship to production.
"""What stands in for the debugger in the simulator image: Litestar imports it for its name."""

from typing import Any, NoReturn


def post_mortem(*_: Any) -> NoReturn:
    """Refuse.

    Raises:
        RuntimeError: always.
    """
    message = "this image has no debugger: run token-issuer outside of the image"
    raise RuntimeError(message)
