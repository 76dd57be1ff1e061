# DEV-ONLY: never ship to production.
import re

import pytest
from token_issuer.errors import TokenRequestError


@pytest.mark.requirement("TI-4")
def test_description_holds_only_characters_of_rfc_6749() -> None:
    error = TokenRequestError('a "quoted" \\ back\nslash é \ud800', "sub")

    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*", str(error))
    assert str(error) == "a 'quoted' ? back?slash ? ?"


def test_description_is_cut_when_endless() -> None:
    assert len(str(TokenRequestError("x" * 100_000, "sub"))) <= 600
