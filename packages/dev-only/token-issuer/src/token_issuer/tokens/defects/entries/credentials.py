# DEV-ONLY: never ship to production.
"""Defects of the presentation: good tokens in unusual or malformed `Authorization` fields."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import CatalogueEntry, MintingSteps

_REPAIR: Final = (
    "If a proxy checks a repaired copy of the field but forwards the original, the next service "
    "may read other credentials than the proxy checked."
)
_legal = partial(
    Defect,
    group="credentials",
    verdict=Verdict.ACCEPT,
    severity=Severity.LOW,
    check="credentials",
    why="A verifier that rejects it locks out clients that comply with the specification.",
)
_illegal = partial(
    Defect,
    group="credentials",
    verdict=Verdict.REFUSE,
    severity=Severity.LOW,
    check="credentials",
    source="RFC 6750 §2.1; RFC 9110 §11.4",
    why=_REPAIR,
)
_malformed = partial(
    _illegal,
    verdict=Verdict.EITHER,
    source="RFC 6750 §2.1; RFC 9110 §2.4, §11.4",
    why=f"{_REPAIR} RFC 9110 §2.4 allows the repair.",
)

ENTRIES: Final = (
    CatalogueEntry(
        _legal(
            id="scheme-lower-case",
            title="a token after the scheme in lower case",
            wrong="Nothing is wrong: the scheme is `bearer`, and schemes are case-insensitive.",
            source="RFC 9110 §11.1",
        ),
        MintingSteps(to_authorization=lambda token: [f"bearer {token}"]),
    ),
    CatalogueEntry(
        _legal(
            id="scheme-upper-case",
            title="a token after the scheme in upper case",
            wrong="Nothing is wrong: the scheme is `BEARER`, and schemes are case-insensitive.",
            source="RFC 9110 §11.1",
        ),
        MintingSteps(to_authorization=lambda token: [f"BEARER {token}"]),
    ),
    CatalogueEntry(
        _legal(
            id="blanks-between",
            title="a token after two spaces",
            wrong="Nothing is wrong: one or more spaces may separate scheme and token.",
            source="RFC 6750 §2.1; RFC 9110 §11.4",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer  {token}"]),
    ),
    CatalogueEntry(
        _legal(
            id="blanks-before",
            title="a token in a header field that begins with spaces",
            wrong="Nothing is wrong: spaces around the value of a header field are not part of the "
            "value.",
            source="RFC 9110 §5.5; RFC 9112 §5.1",
        ),
        MintingSteps(to_authorization=lambda token: [f"  Bearer {token}"]),
    ),
    CatalogueEntry(
        _legal(
            id="blanks-after",
            title="a token in a header field that ends with spaces",
            wrong="Nothing is wrong: spaces around the value of a header field are not part of the "
            "value.",
            source="RFC 9110 §5.5; RFC 9112 §5.1",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer {token}  "]),
    ),
    CatalogueEntry(
        _malformed(
            id="tab-between",
            title="a token after a tab",
            wrong="A tab separates scheme and token, where only spaces are allowed.",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer\t{token}"]),
    ),
    CatalogueEntry(
        _malformed(
            id="comma-before",
            title="a token after a comma",
            wrong="A comma precedes the token.",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer ,{token}"]),
    ),
    CatalogueEntry(
        _malformed(
            id="comma-after",
            title="a token before a comma",
            wrong="A comma follows the token.",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer {token},"]),
    ),
    CatalogueEntry(
        _illegal(
            id="credentials-list",
            title="a token twice in one header field",
            wrong="The value is a list of two credentials, separated by a comma.",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer {token}, Bearer {token}"]),
    ),
    CatalogueEntry(
        _illegal(
            id="scheme-missing",
            title="a token without a scheme",
            wrong="The header field contains only the token.",
        ),
        MintingSteps(to_authorization=lambda token: [token]),
    ),
    CatalogueEntry(
        _illegal(
            id="scheme-other",
            title="a token after another scheme",
            wrong="The scheme is `Token` instead of `Bearer`.",
        ),
        MintingSteps(to_authorization=lambda token: [f"Token {token}"]),
    ),
    CatalogueEntry(
        _illegal(
            id="header-double",
            title="a token in each of two header fields",
            wrong="Two `Authorization` header fields contain the same credentials.",
            why="If a proxy reads one field and the service behind it reads the other, an attacker "
            "can pass the check with one field and act with the other.",
            source="RFC 9110 §5.3; RFC 6750 §3.1 (invalid_request)",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer {token}", f"Bearer {token}"]),
    ),
    CatalogueEntry(
        _illegal(
            id="header-double-other",
            title="a token in the first of two different header fields",
            wrong="A second `Authorization` header field contains Basic credentials.",
            why="If a proxy reads one field and the service behind it reads the other, an attacker "
            "can pass the check with one field and act with the other.",
            source="RFC 9110 §5.3; RFC 6750 §3.1 (invalid_request)",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer {token}", "Basic YWRtaW46YWRtaW4="]),
    ),
)
