# DEV-ONLY: never ship to production.
"""Good tokens, presented otherwise."""

from functools import partial
from typing import Final

from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import Defect, Verdict
from token_issuer.tokens.defects.recipe import Entry, Recipe

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
    Entry(
        _legal(
            id="scheme-lower-case",
            title="a token after the scheme in small letters",
            wrong="Nothing: the header says `bearer`, and schemes count in any case.",
            source="RFC 9110 §11.1",
        ),
        Recipe(to_authorization=lambda token: [f"bearer {token}"]),
    ),
    Entry(
        _legal(
            id="scheme-upper-case",
            title="a token after the scheme in capitals",
            wrong="Nothing: the header says `BEARER`, and schemes count in any case.",
            source="RFC 9110 §11.1",
        ),
        Recipe(to_authorization=lambda token: [f"BEARER {token}"]),
    ),
    Entry(
        _legal(
            id="blanks-between",
            title="a token after two blanks",
            wrong="Nothing: between scheme and token may be more than one blank.",
            source="RFC 6750 §2.1; RFC 9110 §11.4",
        ),
        Recipe(to_authorization=lambda token: [f"Bearer  {token}"]),
    ),
    Entry(
        _legal(
            id="blanks-before",
            title="a token in a header field that begins with blanks",
            wrong="Nothing: blanks around the value of a header field do not belong to it.",
            source="RFC 9110 §5.5; RFC 9112 §5.1",
        ),
        Recipe(to_authorization=lambda token: [f"  Bearer {token}"]),
    ),
    Entry(
        _legal(
            id="blanks-after",
            title="a token in a header field that ends with blanks",
            wrong="Nothing: blanks around the value of a header field do not belong to it.",
            source="RFC 9110 §5.5; RFC 9112 §5.1",
        ),
        Recipe(to_authorization=lambda token: [f"Bearer {token}  "]),
    ),
    Entry(
        _malformed(
            id="tab-between",
            title="a token after a tab",
            wrong="A tab stands between scheme and token, where only blanks may.",
        ),
        Recipe(to_authorization=lambda token: [f"Bearer\t{token}"]),
    ),
    Entry(
        _malformed(
            id="comma-before",
            title="a token after a comma",
            wrong="A comma stands before the token.",
        ),
        Recipe(to_authorization=lambda token: [f"Bearer ,{token}"]),
    ),
    Entry(
        _malformed(
            id="comma-after",
            title="a token before a comma",
            wrong="A comma stands after the token.",
        ),
        Recipe(to_authorization=lambda token: [f"Bearer {token},"]),
    ),
    Entry(
        _illegal(
            id="credentials-list",
            title="a token twice in one header field",
            wrong="The value is a list of two credentials, with a comma between them.",
        ),
        Recipe(to_authorization=lambda token: [f"Bearer {token}, Bearer {token}"]),
    ),
    Entry(
        _illegal(
            id="scheme-missing",
            title="a token without a scheme",
            wrong="The header field holds the token and nothing else.",
        ),
        Recipe(to_authorization=lambda token: [token]),
    ),
    Entry(
        _illegal(
            id="scheme-other",
            title="a token after another scheme",
            wrong="The header says `Token` instead of `Bearer`.",
        ),
        Recipe(to_authorization=lambda token: [f"Token {token}"]),
    ),
    Entry(
        _illegal(
            id="header-double",
            title="a token in each of two header fields",
            wrong="Two `Authorization` header fields hold the same credentials.",
            why="Where the proxy reads one and the service behind it the other, an attacker has "
            "one checked and the other used.",
            source="RFC 9110 §5.3; RFC 6750 §3.1 (invalid_request)",
            severity=Severity.MEDIUM,
        ),
        Recipe(to_authorization=lambda token: [f"Bearer {token}", f"Bearer {token}"]),
    ),
    Entry(
        _illegal(
            id="header-double-other",
            title="a token in the first of two different header fields",
            wrong="A second `Authorization` header field holds Basic credentials.",
            why="Where the proxy reads one and the service behind it the other, an attacker has "
            "one checked and the other used.",
            source="RFC 9110 §5.3; RFC 6750 §3.1 (invalid_request)",
            severity=Severity.MEDIUM,
        ),
        Recipe(to_authorization=lambda token: [f"Bearer {token}", "Basic YWRtaW46YWRtaW4="]),
    ),
)
