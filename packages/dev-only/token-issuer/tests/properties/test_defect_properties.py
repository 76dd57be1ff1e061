# DEV-ONLY: never ship to production.
"""Properties of every defect with any claims."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from token_issuer.errors import TokenRequestError
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.request_parsing import convert_parameters

unicode_text = st.text(st.characters(codec="utf-8"), max_size=8)
values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | unicode_text
)
claims = st.dictionaries(
    st.sampled_from(["iss", "aud", "sub", "exp", "nbf", "iat", "filling"]),
    values | st.lists(values, max_size=2),
    max_size=4,
)


@pytest.mark.requirement("BV-1")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(defect=st.sampled_from(sorted(TOKEN_DEFECTS)), claims=claims)
def test_any_token_gets_the_defect_or_a_reason_why_not(
    issuer: Issuer, defect: str, claims: dict[str, Any]
) -> None:
    request = convert_parameters({"defect": defect, "claims": claims})
    try:
        fields = issuer.issue(request, base_url="http://issuer.test").authorization
    except TokenRequestError as error:
        reason = str(error)
    else:
        assert isinstance(fields, list)
        assert all(field.isascii() and "\n" not in field for field in fields)
        return
    assert reason.startswith("defect")
