"""Dev marks whose exact bytes matter."""

import base64

import pytest
from proxy_guard import dev_marks


@pytest.mark.requirement("PG-1")
def test_default_issuer_is_at_the_issuer_host() -> None:
    assert dev_marks.DEFAULT_ISSUER == "https://issuer.local"


@pytest.mark.requirement("PG-1")
def test_watermark_text_is_the_base64url_of_the_watermark() -> None:
    assert len(dev_marks.WATERMARK) == 24
    assert base64.urlsafe_b64encode(dev_marks.WATERMARK).decode() == dev_marks.WATERMARK_TEXT
    assert dev_marks.WATERMARK[0] & 0x80, "a modulus of full length starts with a set bit"
