# DEV-ONLY: never ship to production.
"""Text that shows its unprintable characters."""


def make_visible(text: str) -> str:
    r"""Replace unprintable characters with their escapes, such as `\x1b`; keep line feeds.

    Reports quote the responses of a target, and pages the requests of a client. The result
    contains no control sequence, no character that changes the direction of text, and none that is
    illegal in XML 1.0 §2.2.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\n" else _escape(character)
        for character in text
    )


def _escape(character: str) -> str:
    return repr(character)[1:-1]
