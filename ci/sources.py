"""Links to the sections of specifications that a text names, and to CVEs."""

import re
from collections.abc import Mapping
from typing import Final

_OPENID: Final = "https://openid.net/specs/"
SPECIFICATIONS: Final[Mapping[str, str]] = {
    "OpenID Connect Core": f"{_OPENID}openid-connect-core-1_0.html",
    "OpenID Connect Discovery": f"{_OPENID}openid-connect-discovery-1_0.html",
    "OpenID Connect RP-Initiated Logout": f"{_OPENID}openid-connect-rpinitiated-1_0.html",
    "OAuth 2.0 Form Post Response Mode": f"{_OPENID}oauth-v2-form-post-response-mode-1_0.html",
    "OAuth 2.0 Multiple Response Types": f"{_OPENID}oauth-v2-multiple-response-types-1_0.html",
}
"""The specifications that are no RFCs; the anchors of their sections are words, not numbers."""
_SOURCE: Final = re.compile(
    rf"RFC (?P<rfc>\d+)|(?P<name>{'|'.join(map(re.escape, SPECIFICATIONS))})"
    r"|§(?P<section>\d[\d.]*\d|\d)|(?P<cve>CVE-\d{4}-\d+)"
)


def link_sources(text: str) -> str:
    """Link each specification, each section of the preceding RFC, and each CVE."""
    rfc = ""

    def link(found: re.Match[str]) -> str:
        nonlocal rfc
        if found["cve"]:
            return f"[{found[0]}](https://www.cve.org/CVERecord?id={found[0]})"
        if found["name"]:
            rfc = ""
            return f"[{found[0]}]({SPECIFICATIONS[found[0]]})"
        rfc = found["rfc"] or rfc
        if not rfc:
            return found[0]
        section = f"#section-{found['section']}" if found["section"] else ""
        return f"[{found[0]}](https://www.rfc-editor.org/rfc/rfc{rfc}{section})"

    return _SOURCE.sub(link, text)
