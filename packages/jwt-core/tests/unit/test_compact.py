from typing import Final

import pytest
from jwt_core import MalformedTokenError
from jwt_core.compact import MAX_TOKEN_CHARACTERS, parse_compact, parse_json_part

pytestmark = pytest.mark.requirement("JC-2")

HEADER: Final = "eyJhbGciOiJSUzI1NiJ9"


def test_parts_are_decoded_and_the_payload_left_alone() -> None:
    token = parse_compact(f"{HEADER}.bm90IEpTT04.AAE")
    assert token.header == {"alg": "RS256"}
    assert token.payload == b"not JSON"
    assert token.signature == b"\x00\x01"
    assert token.signing_input == f"{HEADER}.bm90IEpTT04".encode()


def test_representation_hides_the_token() -> None:
    assert HEADER not in repr(parse_compact(f"{HEADER}.AA.AA"))
    assert "RS256" not in repr(parse_compact(f"{HEADER}.AA.AA"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        HEADER,
        f"{HEADER}.AA",
        f"{HEADER}.AA.AA.AA",
        f"{HEADER}.AA.AA.AA.AA",  # JWE
        f"{HEADER}.AA.AA.",
        f".{HEADER}.AA.AA",
        f"{HEADER}.AA.AA=",
        f"{HEADER}.AA==.AA",
        f"{HEADER}=.AA.AA",
        f"{HEADER}.AB.AA",
        f"{HEADER}.AA.AB",
        f"{HEADER}.A.AA",
        f"{HEADER}.AA.+/8",
        f" {HEADER}.AA.AA",
        f"{HEADER}.AA.AA\n",
        f"{HEADER}.A A.AA",
        f"{HEADER}.AA.ÄÄ",
        f"{HEADER}.AA.\ud800",
        "Bearer " + f"{HEADER}.AA.AA",
        "W10.AA.AA",  # []
        "AA.AA.AA",
        '{"payload":"AA","signatures":[]}',  # JSON serialization
        None,
        b"eyJ9.AA.AA",
        7,
    ],
)
def test_anything_but_compact_form_is_refused(text: object) -> None:
    with pytest.raises(MalformedTokenError):
        parse_compact(text)


def test_longest_token_is_accepted_and_a_longer_one_refused() -> None:
    filler = "A" * (MAX_TOKEN_CHARACTERS - len(HEADER) - 4)
    assert len(f"{HEADER}.{filler}.AA") == MAX_TOKEN_CHARACTERS
    parse_compact(f"{HEADER}.{filler}.AA")
    with pytest.raises(MalformedTokenError, match="at most 16384"):
        parse_compact(f"{HEADER}.{filler}.AAA")


def test_bad_part_is_named() -> None:
    with pytest.raises(MalformedTokenError, match="payload"):
        parse_json_part(b'{"a":1,"a":2}', "payload")
