"""The published page, rendered from the stored results alone."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from tests.relying_parties.catalogue import RELYING_PARTIES, RelyingParty
from tests.relying_parties.notes import NOTES, cite
from tests.verifiers.measuring import Record
from tests.verifiers.page import (
    SEVERITIES,
    WRONG,
    count_figures,
    list_notes,
    render_findings,
    render_open,
)

INTRODUCTION: Final = """\
# How relying parties handle defective logins

`token-issuer probe-login` {version} logged in to applications of other projects, last on {date},
with one defect at a time. Each application is a minimal service, set up as the documentation of its
library or proxy describes, and not hardened further. [relying-parties.json](relying-parties.json)
holds every response.

What the figures show, and what they do not:

- They describe one setup: a version of a library, and the program around it. They do not rank
  projects. Against an honest provider over TLS an attacker can use few of these defects; the others
  matter if the provider, or the connection to it, is not what the application takes it for.
- A login is *accepted* if the application shows the user on a page that needs a login, whatever
  status its callback had; otherwise it is *rejected*.
- A finding breaks a MUST of a specification, or a SHOULD, which is *low*. What a specification
  leaves open is *open* and no finding: OpenID Connect Core lets a client skip the signature of an
  ID token that it received from the token endpoint over TLS, `at_hash` is optional in the code
  flow, and only clients of several issuers need the parameter `iss`. An application that does not
  request the scope `openid` uses OAuth 2.0 alone, which has no ID token.
- What an application does while the key endpoint is faulty breaks no specification; such a finding
  is *low*, too.
- A check is *skipped* if the login gave the defect no chance, such as a wrong `nonce` for an
  application that sent none.
- Each finding cites the words of the specification, and names the setting that closes it if we know
  one: a second probe of the application with this setting no longer found it.
"""

REPRODUCTION: Final = """\
## How to reproduce it

```sh not-run
ci/relying-parties.sh --all   # probes each application and compares the findings with this page
ci/relying-parties.sh --write # measures, then writes this page and relying-parties.json
```

It needs Debian 12 or a compatible system, whose packages it unpacks below `.cache` without root,
Go, a JDK, Maven, and some minutes. The applications are those of
[tests/login_clients](../tests/login_clients), which also log in without defects. Findings are
compared only for the versions named here, and without those of a faulty key endpoint and of a
refresh: which of these the probe sees depends on the speed of the machine. Every change runs it
without `--all`, which leaves out the application that needs Chromium.
"""


def render_page(results: Record) -> str:
    """Render the whole page."""
    records: Mapping[str, Record] = results["relying_parties"]
    reports = [report for record in records.values() for report in record["probes"].values()]
    newest = max(report["started_at"] for report in reports)
    parts = [
        INTRODUCTION.format(version=reports[0]["version"], date=newest[:10]),
        "## In figures\n\n" + "\n".join(render_figures(records)) + "\n",
        *(render_party(RELYING_PARTIES[name], name, record) for name, record in records.items()),
        REPRODUCTION,
    ]
    return "\n".join(parts)


def render_figures(records: Mapping[str, Record]) -> Iterator[str]:
    """Yield the table of the reactions to the logins, and of the weaknesses by severity."""
    yield "Number of logins by reaction, without open ones; then the number of weaknesses by"
    yield "severity. Findings that one change fixes are one weakness."
    yield ""
    headings = ("as expected", *WRONG.values(), *SEVERITIES)
    yield f"| relying party | version | {' | '.join(headings)} |"
    yield f"|---|---|{'--:|' * len(headings)}"
    for name, record in records.items():
        version = next(iter(record["versions"].values()))
        row = " | ".join(
            str(figure or "") for figure in count_figures(record, "request", "logins", "tokens")
        )
        yield f"| [{RELYING_PARTIES[name].title}](#{name}) | {version} | {row} |"


def render_party(party: RelyingParty, name: str, record: Record) -> str:
    """Render the findings about one relying party, with the texts of the probe."""
    versions = ", ".join(f"{package} {version}" for package, version in record["versions"].items())
    links = ", ".join(f"[{title}]({url})" for title, url in party.documentation.items())
    return "\n".join([
        f'<a id="{name}"></a>',
        "",
        f"## {party.title}",
        "",
        f"{versions}. {party.setup} Documentation: {links}.",
        "",
        *render_findings(record, partial(describe_group, party, name, record["remedies"])),
        *render_open(record),
    ])


def describe_group(
    party: RelyingParty, name: str, closed: Mapping[str, list[str]], group: list[Record]
) -> Iterator[str]:
    """Yield what the specifications say about a group of findings, and what closes which."""
    checks = [finding["check"] for finding in group]
    yield " ".join(dict.fromkeys(map(cite, group)))
    yield from list_notes(NOTES.get(name, {}), group)
    left = set(checks)
    for remedy, ids in closed.items():
        if tried := [check for check in checks if check in ids]:
            left.difference_update(tried)
            yield f"Tried: {party.remedies[remedy].text} closes {name_checks(checks, tried)}."
    if left:
        yield f"We know no setting that closes {name_checks(checks, sorted(left))}."


def name_checks(all_checks: list[str], chosen: list[str]) -> str:
    """Return the ids of *chosen* as a list; "this" or "all" if nothing else is in *all_checks*."""
    if set(chosen) == set(all_checks):
        return "it" if len(chosen) == 1 else "them"
    return ", ".join(f"`{check}`" for check in chosen)
