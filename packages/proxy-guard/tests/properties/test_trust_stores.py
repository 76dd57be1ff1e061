"""The simulator's certificate is found at any place of a trust store, and nothing else is."""

import base64
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proxy_guard.dev_marks import AUTHORITY_COMMON_NAME, CERTIFICATE_COMMON_NAME, WATERMARK
from proxy_guard.search.certificates import find_certificate
from proxy_guard.trust import read_java_options

from tests.authority import Authority, to_der

pytestmark = pytest.mark.requirement("PG-1")

DER: Final = to_der(Authority().certificate)
LINE_BREAKS: Final = st.sampled_from(["\n", "\r\n", " ", "\\n", "\\r\\n", "\\\\n", "\n\t"])
BYTES: Final = st.binary(max_size=200)


@given(before=BYTES, after=BYTES, width=st.integers(1, 100), line_break=LINE_BREAKS)
def test_certificate_is_found_at_any_alignment(
    before: bytes, after: bytes, width: int, line_break: str
) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(before + DER + after).decode()
        lines = [text[start : start + width] for start in range(0, len(text), width)]

        assert find_certificate(f"# ü\n{line_break.join(lines)}".encode()) is not None

    assert find_certificate(before + DER + after) is not None


@given(data=BYTES, name=st.text("DEVONLY token-issuer CA_", max_size=40))
def test_other_bytes_and_names_have_no_mark(data: bytes, name: str) -> None:
    prose = f"{name} {AUTHORITY_COMMON_NAME} {CERTIFICATE_COMMON_NAME}".encode()
    for content in (data, base64.b64encode(data), prose + data):
        if WATERMARK not in content:
            assert find_certificate(content) is None


@given(
    path=st.text(
        st.characters(exclude_characters="\"'", exclude_categories=["Z", "C"]), min_size=1
    ),
    quote=st.sampled_from(["", '"', "'"]),
    other=st.sampled_from(["", "-Xmx1g ", "-Da=b "]),
)
def test_value_of_an_option_of_java_is_read(path: str, quote: str, other: str) -> None:
    options = f"{other}-Dstore={quote}{path}{quote} -Dx={quote}y{quote}"

    assert list(read_java_options(options, "store=")) == [path]
    assert list(read_java_options(f"{other}{quote}-Dstore={path}{quote} -Xint", "store=")) == [path]
