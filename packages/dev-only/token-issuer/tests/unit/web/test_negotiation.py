# DEV-ONLY: never ship to production.
from typing import Final

import pytest
from token_issuer.web.negotiation import choose_media_type

OFFERS: Final = ("application/json", "application/jwt", "text/plain")


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/jwt", "application/jwt"),
        ("APPLICATION/JWT", "application/jwt"),
        ("text/plain", "text/plain"),
        ("text/*", "text/plain"),
        ("text/plain; charset=utf-8", "text/plain"),
        ("text/html, application/jwt;q=0.9, */*;q=0.1", "application/jwt"),
        ("application/json;q=0.5, text/plain;q=0.6", "text/plain"),
        ("application/json;q=0.5, text/plain;q=0.5", "application/json"),
        ("application/json;q=0, */*", "application/jwt"),
        ("text/plain;q=0, text/*;q=0.9, application/jwt;q=0.2", "application/jwt"),
        ("image/png", "application/json"),
        ("text/plain;q=inf", "application/json"),
        ("text/plain;q=nan", "application/json"),
        ("text/plain;q=2", "application/json"),
        (";;;,,,/", "application/json"),
    ],
)
def test_best_offer_is_chosen(accept: str, chosen: str) -> None:
    assert choose_media_type(accept, OFFERS) == chosen
