"""The DER parser."""

import pytest
from proxy_guard.search.budget import Budget, BudgetExceededError
from proxy_guard.search.der import walk

PADDING = "07" * 30

pytestmark = pytest.mark.requirement("PG-3")


def list_levels(text: str) -> list[list[tuple[int, str]]]:
    data = bytes.fromhex(text)
    levels = walk(data, Budget())
    return [[(tag, data[start:end].hex()) for tag, start, end in level] for level in levels]


def test_levels_are_yielded_from_the_top() -> None:
    assert list_levels(f"3023020101021e{PADDING}") == [
        [(0x30, f"020101021e{PADDING}")],
        [(2, "01"), (2, PADDING)],
    ]


@pytest.mark.parametrize("length", ["01", "8101", "820001", "8400000001"])
def test_long_form_of_a_length_is_read(length: str) -> None:
    assert list_levels(f"02{length}07") == [[(2, "07")]]


@pytest.mark.parametrize(
    "wrapping",
    [
        f"032400302102011f021c{PADDING[4:]}",
        f"0423302102011f021c{PADDING[4:]}",
        f"a023302102011f021c{PADDING[4:]}",
    ],
)
def test_strings_and_explicit_tags_are_searched(wrapping: str) -> None:
    assert list_levels(wrapping)[-1] == [(2, "1f"), (2, PADDING[4:])]


@pytest.mark.parametrize(
    "data",
    ["", "30", "3005", "308001", "3085000000000101", "30840000", "1f0101", "02020"],
    ids=["empty", "tag", "short", "indefinite", "size", "cut", "long tag", "cut content"],
)
def test_malformed_data_ends_a_level(data: str) -> None:
    assert list_levels(data[: len(data) // 2 * 2]) == []


def test_value_too_small_for_a_key_is_not_searched() -> None:
    assert list_levels("3006020101020102") == [[(0x30, "020101020102")]]


def test_each_value_is_charged() -> None:
    with pytest.raises(BudgetExceededError):
        list(walk(b"\x30\x00" * 2000, Budget(2000)))
    assert len(*walk(b"\x30\x00" * 1990, Budget(2000))) == 1990


def test_deep_nesting_ends() -> None:
    data = bytes(40)
    for _ in range(2000):
        size = len(data).to_bytes(4, "big")
        data = b"\x30\x84" + size + data

    assert len(list(walk(data, Budget()))) == 2001
