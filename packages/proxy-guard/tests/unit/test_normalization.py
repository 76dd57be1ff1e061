"""Normalization of URIs."""

import pytest
from proxy_guard.normalization import fold, normalize, remove_blanks

pytestmark = pytest.mark.requirement("PG-1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTP://Example.COM/A", "http://example.com/a"),
        ("%2525252541", "a"),
        ("100%", "100%"),
        ("%zz%4", "%zz%4"),
        ("%+4", "%+4"),
        ("% 41", "% 41"),
        ("%C3%A9", "\u00e9"),
        ("%E9", "\ufffd"),
        ("a\\b%5Cc", "a/b/c"),
        ("xn--bcher-kva.example", "b\u00fccher.example"),
        ("xn--\u00e9", "xn--\u00e9"),
        ("\udcff%41", "\ufffd\ufffd\ufffda"),
    ],
)
def test_normalize_undoes_disguises_as_clients_do(text: str, expected: str) -> None:
    assert normalize(text) == expected


def test_fold_leaves_percent_encoding_alone() -> None:
    assert fold("\uff21%41") == "a%41"


def test_remove_blanks_removes_blanks_and_control_characters() -> None:
    assert remove_blanks("a\t\r\n \x00\x7f\x85\u3000b") == "ab"
