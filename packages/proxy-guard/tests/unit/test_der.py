"""The DER parser."""

import pytest
from proxy_guard.der import MAX_VALUES, walk

pytestmark = pytest.mark.requirement("PG-3")


def list_levels(text: str) -> list[list[tuple[int, str]]]:
    levels = walk(bytes.fromhex(text))
    return [[(value.tag, value.content.hex()) for value in level] for level in levels]


def test_levels_are_yielded_from_the_top() -> None:
    assert list_levels("3006020101020102") == [
        [(0x30, "020101020102")],
        [(2, "01"), (2, "02")],
    ]


@pytest.mark.parametrize("length", ["01", "8101", "820001", "8400000001"])
def test_long_form_of_a_length_is_read(length: str) -> None:
    assert list_levels(f"02{length}07") == [[(2, "07")]]


@pytest.mark.parametrize("wrapping", ["0306003003020107", "04053003020107", "a0053003020107"])
def test_strings_and_explicit_tags_are_searched(wrapping: str) -> None:
    assert list_levels(wrapping)[-1] == [(2, "07")]


@pytest.mark.parametrize(
    "data",
    ["", "30", "3005", "308001", "3085000000000101", "30840000", "1f0101", "02020"],
    ids=["empty", "tag", "short", "indefinite", "size", "cut", "long tag", "cut content"],
)
def test_malformed_data_ends_a_level(data: str) -> None:
    assert list_levels(data[: len(data) // 2 * 2]) == []


def test_number_of_values_is_limited() -> None:
    assert sum(map(len, walk(b"\x30\x00" * (2 * MAX_VALUES)))) == MAX_VALUES


def test_deep_nesting_ends() -> None:
    data = b""
    for _ in range(2000):
        size = len(data).to_bytes(4, "big")
        data = b"\x30\x84" + size + data

    assert sum(map(len, walk(data))) == 2000
