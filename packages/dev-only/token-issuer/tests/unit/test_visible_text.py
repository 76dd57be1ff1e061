# DEV-ONLY: never ship to production.
import pytest
from token_issuer.visible_text import make_visible

pytestmark = pytest.mark.requirement("BV-3")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rejected with 401", "rejected with 401"),
        ("two\nlines", "two\nlines"),
        ("\x1b[2Jgone\x07", r"\x1b[2Jgone\x07"),
        ("tab\tand\rreturn", r"tab\tand\rreturn"),
        ("\ud800", r"\ud800"),
        ("a\u202eb", r"a\u202eb"),
        ("\ufffe\x00", r"\ufffe\x00"),
        ("§ 3.1, naïve 漢字", "§ 3.1, naïve 漢字"),
    ],
)
def test_unprintable_characters_are_written_as_escapes(text: str, shown: str) -> None:
    assert make_visible(text) == shown
