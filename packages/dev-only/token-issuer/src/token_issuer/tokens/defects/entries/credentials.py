# DEV-ONLY: never ship to production.
"""Defects of the presentation: good tokens in unusual or malformed `Authorization` fields."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.minting_steps import CatalogueEntry, MintingSteps

_legal = partial(
    Defect,
    group="credentials",
    verdict=Verdict.ACCEPT,
    severity=Severity.LOW,
    check="credentials",
    why="Who refuses it locks out clients that keep to the specification.",
)
_illegal = partial(
    Defect,
    group="credentials",
    verdict=Verdict.REFUSE,
    severity=Severity.LOW,
    check="credentials",
    source="RFC 6750 §2.1; RFC 9110 §11.4",
    why="A proxy that mends what it is sent and passes it on as it came lets the next service see "
    "other credentials than it checked.",
)
_malformed = partial(
    _illegal,
    verdict=Verdict.EITHER,
    source="RFC 6750 §2.1; RFC 9110 §2.4, §11.4",
    why="A proxy that mends what it is sent and passes it on as it came lets the next service see "
    "other credentials than it checked. RFC 9110 §2.4 lets recipients mend it all the same.",
)

ENTRIES: Final = (
    CatalogueEntry(
        _legal(
            id="scheme-lower-case",
            title="a token after the scheme in small letters",
            wrong="Nothing: the header says `bearer`, and schemes count in any case.",
            source="RFC 9110 §11.1",
        ),
        MintingSteps(to_authorization=lambda token: [f"bearer {token}"]),
    ),
    CatalogueEntry(
        _legal(
            id="scheme-upper-case",
            title="a token after the scheme in capitals",
            wrong="Nothing: the header says `BEARER`, and schemes count in any case.",
            source="RFC 9110 §11.1",
        ),
        MintingSteps(to_authorization=lambda token: [f"BEARER {token}"]),
    ),
    CatalogueEntry(
        _legal(
            id="blanks-between",
            title="a token after two blanks",
            wrong="Nothing: between scheme and token may be more than one blank.",
            source="RFC 6750 §2.1; RFC 9110 §11.4",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer  {token}"]),
    ),
    CatalogueEntry(
        _legal(
            id="blanks-before",
            title="a token in a header field that begins with blanks",
            wrong="Nothing: blanks around the value of a header field do not belong to it.",
            source="RFC 9110 §5.5; RFC 9112 §5.1",
        ),
        MintingSteps(to_authorization=lambda token: [f"  Bearer {token}"]),
    ),
    CatalogueEntry(
        _legal(
            id="blanks-after",
            title="a token in a header field that ends with blanks",
            wrong="Nothing: blanks around the value of a header field do not belong to it.",
            source="RFC 9110 §5.5; RFC 9112 §5.1",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer {token}  "]),
    ),
    CatalogueEntry(
        _malformed(
            id="tab-between",
            title="a token after a tab",
            wrong="A tab stands between scheme and token, where only blanks may.",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer\t{token}"]),
    ),
    CatalogueEntry(
        _malformed(
            id="comma-before",
            title="a token after a comma",
            wrong="A comma stands before the token.",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer ,{token}"]),
    ),
    CatalogueEntry(
        _malformed(
            id="comma-after",
            title="a token before a comma",
            wrong="A comma stands after the token.",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer {token},"]),
    ),
    CatalogueEntry(
        _illegal(
            id="credentials-list",
            title="a token twice in one header field",
            wrong="The value is a list of two credentials, with a comma between them.",
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer {token}, Bearer {token}"]),
    ),
    CatalogueEntry(
        _illegal(
            id="scheme-missing",
            title="a token without a scheme",
            wrong="The header field holds the token and nothing else.",
        ),
        MintingSteps(to_authorization=lambda token: [token]),
    ),
    CatalogueEntry(
        _illegal(
            id="scheme-other",
            title="a token after another scheme",
            wrong="The header says `Token` instead of `Bearer`.",
        ),
        MintingSteps(to_authorization=lambda token: [f"Token {token}"]),
    ),
    CatalogueEntry(
        _illegal(
            id="header-double",
            title="a token in each of two header fields",
            wrong="Two `Authorization` header fields hold the same credentials.",
            why="Where the proxy reads one and the service behind it the other, an attacker has "
            "one checked and the other used.",
            source="RFC 9110 §5.3; RFC 6750 §3.1 (invalid_request)",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer {token}", f"Bearer {token}"]),
    ),
    CatalogueEntry(
        _illegal(
            id="header-double-other",
            title="a token in the first of two different header fields",
            wrong="A second `Authorization` header field holds Basic credentials.",
            why="Where the proxy reads one and the service behind it the other, an attacker has "
            "one checked and the other used.",
            source="RFC 9110 §5.3; RFC 6750 §3.1 (invalid_request)",
            severity=Severity.MEDIUM,
        ),
        MintingSteps(to_authorization=lambda token: [f"Bearer {token}", "Basic YWRtaW46YWRtaW4="]),
    ),
)
