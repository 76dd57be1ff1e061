"""Dev marks whose exact bytes matter."""

import base64
import json
import re

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from proxy_guard import dev_marks


@pytest.mark.requirement("PG-1")
def test_default_issuer_is_at_the_issuer_host() -> None:
    assert dev_marks.DEFAULT_ISSUER == "https://issuer.local"


@pytest.mark.requirement("PG-1")
def test_watermark_text_is_the_base64url_of_the_watermark() -> None:
    assert len(dev_marks.WATERMARK) == 24
    assert base64.urlsafe_b64encode(dev_marks.WATERMARK).decode() == dev_marks.WATERMARK_TEXT
    assert dev_marks.WATERMARK[0] & 0x80, "a modulus of full length starts with a set bit"


@pytest.mark.requirement("PG-2")
@pytest.mark.parametrize(
    ("word", "is_bare", "is_name"),
    [
        ("token-issuer", True, True),
        ("token-issuer-1", True, True),
        ("token-issuer0", True, True),
        ("-token-issuer-", True, True),
        ("harbor-token-issuer", True, False),
        ("token-issuer-x", True, False),
        ("token-issuers", True, False),
        ("token-issuer-token-issuer", True, False),
        ("A_b-9", True, False),
        ("", False, False),
        ("-", False, False),
        ("a.b", False, False),
        ("a b", False, False),
        ("\u00e9", False, False),
    ],
)
def test_bare_word_counts_only_if_it_is_the_name(word: str, is_bare: bool, is_name: bool) -> None:
    assert dev_marks.is_bare_word(word) is is_bare
    assert dev_marks.is_service_name(word) is is_name


@pytest.mark.requirement("PG-1")
def test_names_of_certificates_in_der_begin_with_their_length() -> None:
    for name in (dev_marks.CERTIFICATE_COMMON_NAME, dev_marks.AUTHORITY_COMMON_NAME):
        (attribute,) = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        der = x509.Name([attribute]).public_bytes()
        assert dev_marks.contains_certificate(der.decode("latin-1"))
        assert not dev_marks.contains_certificate(f"Never trust {name}!")
    assert dev_marks.AUTHORITY_COMMON_NAME == "DEV ONLY token-issuer CA"


@pytest.mark.requirement("PG-1")
def test_marks_have_the_common_part_that_is_searched_first() -> None:
    assert dev_marks.COMMON_MARK in dev_marks.BANNER.lower()
    assert dev_marks.COMMON_MARK in dev_marks.PAGE_MARK
    for mark in dev_marks.CREDENTIALS:
        assert dev_marks.COMMON_MARK in mark
        assert mark == mark.lower()
    assert f"{dev_marks.SESSION_COOKIE}." == dev_marks.SESSION_MARK


@pytest.mark.requirement("PG-1")
def test_page_has_the_mark_that_is_searched() -> None:
    assert re.search(dev_marks.PAGE_PATTERN, dev_marks.PAGE_MARK)
    assert re.search(dev_marks.PAGE_PATTERN, json.dumps(dev_marks.PAGE_MARK))
