import pytest
from jwt_core import base64url

pytestmark = pytest.mark.requirement("JC-2")


@pytest.mark.parametrize(
    ("data", "text"), [(b"", ""), (b"\x00", "AA"), (b"\xfb\xff", "-_8"), (b"abc", "YWJj")]
)
def test_encoding_round_trips(data: bytes, text: str) -> None:
    assert base64url.encode(data) == text
    assert base64url.decode(text) == data


@pytest.mark.parametrize(
    "text",
    [
        "AA==",  # padding
        "AB",  # last bits not zero
        "A",  # impossible length
        "+/8",  # the other alphabet
        "Y WJj",
        "YWJj\n",
        " YWJj",
        "YW.Jj",
        "ＹＷＪｊ",  # full-width letters  # noqa: RUF001  # that is the point
        "YWJ\ud800",
        "YW\x00Jj",
    ],
)
def test_decoding_refuses_any_other_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        base64url.decode(text)
