# DEV-ONLY: never ship to production.
"""How the reports write characters, durations and moments."""

from datetime import UTC, datetime
from typing import Final

_MINUTE_S: Final = 60


def make_visible(text: str) -> str:
    r"""Write what cannot be printed as its escape, such as `\x1b`; line feeds stay.

    What a target answers ends up in terminals, XML and HTML. This leaves no control sequence, no
    character that turns the direction of the text, and none that is illegal in XML 1.0 §2.2.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\n" else _escape(character)
        for character in text
    )


def describe_duration(duration_s: float) -> str:
    """Write a duration for people: `12 ms`, `4.2 s`, `1 min 12 s`."""
    if duration_s < 0.9995:  # noqa: PLR2004  # from here on it rounds to 1000 ms
        return f"{duration_s * 1000:.0f} ms"
    if duration_s < _MINUTE_S - 0.05:
        return f"{duration_s:.1f} s"
    minutes, seconds = divmod(round(duration_s), _MINUTE_S)
    return f"{minutes} min {seconds} s"


def format_instant(instant: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, to the second: `2026-03-01T12:00:00Z`."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _escape(character: str) -> str:
    return repr(character)[1:-1]
