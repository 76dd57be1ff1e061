"""The published page, made of the results and of nothing else that changes."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from tests.verifiers.catalogue import VERIFIERS, Verifier
from tests.verifiers.measuring import Record
from tests.verifiers.notes import NOTES

SEVERITIES = ("critical", "high", "medium", "low")
REACTIONS = {"refused": "refused", "accepted": "accepted", "crashed": "5xx", "hung": "no answer"}
KEYS = "keys"

INTRODUCTION = """\
# How verifiers take bad tokens

`token-issuer probe` {version} fired its catalogue at verifiers that nobody here wrote, last on
{date}. Each is a minimal service, set up as the documentation of its library tells, with
the defaults, and not hardened further. [verifiers.json](verifiers.json) holds every answer.

What the figures say, and what they do not:

- They are about one setup: a version of a library, its defaults, the HTTP server before it. They
  do not rank projects. Many findings are a documented default; the setting that closes one is
  named below where we have tried it.
- A token is *accepted* when it would have reached the service behind, and *refused* when the
  answer is a 4xx. With a *5xx* it did not count either: that is a finding since whoever sends it
  trips the alarms of the service, and since an error that nobody foresaw took the decision.
- Where the specifications leave open what to do (the verdict *either* of the catalogue), no answer
  is a finding.
- The part about keys is run only against verifiers that fetch their keys themselves.
"""

REPRODUCTION = """\
## How to reproduce it

```sh
ci/verifiers.sh         # probes each verifier and compares the findings with this page
ci/verifiers.sh --write # measures, then writes this page and verifiers.json
```

It needs Debian 12 or its like, whose packages it unpacks below `.cache` without root, and some
minutes. The services are in [tests/verifiers](../tests/verifiers). Findings are compared where the
versions are those that are named here.
"""


def render_page(results: Record) -> str:
    """Render the whole page."""
    records: Mapping[str, Record] = results["verifiers"]
    newest = max(record["probe"]["started_at"] for record in records.values())
    version = next(iter(records.values()))["probe"]["version"]
    parts = [
        INTRODUCTION.format(version=version, date=newest[:10]),
        "## In figures\n\n" + "\n".join(render_figures(records)) + "\n",
        "## By group\n\n" + "\n".join(render_groups(records, results["groups"])) + "\n",
        *(render_verifier(VERIFIERS[name], name, record) for name, record in records.items()),
        REPRODUCTION,
    ]
    return "\n".join(parts)


def render_figures(records: Mapping[str, Record]) -> Iterator[str]:
    """Yield the table of what became of the tokens, and of the findings by severity."""
    yield "What became of the tokens, but for those open to either; then the findings by severity."
    yield ""
    yield f"| verifier | version | {' | '.join(REACTIONS.values())} | {' | '.join(SEVERITIES)} |"
    yield f"|---|---|{'--:|' * (len(REACTIONS) + len(SEVERITIES))}"
    for name, record in records.items():
        tokens = [
            check["reaction"]
            for check in record["probe"]["checks"]
            if check["part"] == "tokens" and check["outcome"] in {"passed", "failed"}
        ]
        found = record["probe"]["counts"]["severities"]
        figures = [Counter(tokens)[each] for each in REACTIONS] + [
            found[each] for each in SEVERITIES
        ]
        version = next(iter(record["versions"].values()))
        row = " | ".join(str(figure or "") for figure in figures)
        yield f"| [{VERIFIERS[name].title}](#{name}) | {version} | {row} |"


def render_groups(records: Mapping[str, Record], groups: Mapping[str, str]) -> Iterator[str]:
    """Yield the table of how many checks of a group failed."""
    yield "Checks that failed, of those that were made; empty where none failed."
    yield ""
    yield f"| group | {' | '.join(f'[{name}](#{name})' for name in records)} |"
    yield f"|---|{'--:|' * len(records)}"
    for group in (*dict.fromkeys(groups.values()), KEYS):
        cells = [count_failures(record, group, groups) for record in records.values()]
        yield f"| {group} | {' | '.join(cells)} |"


def count_failures(record: Record, group: str, groups: Mapping[str, str]) -> str:
    """Say how many checks of a group failed: `2 of 9`."""
    outcomes = Counter(
        check["outcome"]
        for check in record["probe"]["checks"]
        if groups.get(check["id"], check["part"]) == group
    )
    made = outcomes.total() - outcomes["skipped"]
    if not made:
        return "not made"
    return f"{outcomes['failed']} of {made}" if outcomes["failed"] else ""


def render_verifier(verifier: Verifier, name: str, record: Record) -> str:
    """Render what was found in one verifier, in the words of the probe."""
    versions = ", ".join(f"{package} {version}" for package, version in record["versions"].items())
    links = ", ".join(f"[{title}]({url})" for title, url in verifier.documentation.items())
    lines = [
        f'<a id="{name}"></a>',
        "",
        f"## {verifier.title}",
        "",
        f"{versions}. {verifier.setup} Documentation: {links}.",
        "",
        *render_findings(record, NOTES.get(name, {})),
        *render_open(record),
    ]
    if verifier.keys_elsewhere:
        lines += [f"Keys: not probed, since {verifier.keys_elsewhere}.", ""]
    return "\n".join(lines)


def render_findings(record: Record, notes: Mapping[str, str]) -> Iterator[str]:
    """Yield the findings, those of one cause together, the worst first."""
    findings = record["probe"]["findings"]
    if not findings:
        yield "Nothing found."
        yield ""
    observed = {check["id"]: check["observed"] for check in record["probe"]["checks"]}
    for cause, remedy in dict.fromkeys((each["cause"], each["remedy"]) for each in findings):
        group = [each for each in findings if (each["cause"], each["remedy"]) == (cause, remedy)]
        for finding in group:
            seen = escape(observed.get(finding["check"], ""))
            title = escape(finding["title"].rstrip("."))
            yield f"- **{finding['severity']}** · {title} (`{finding['check']}`: {seen})."
        yield f"\n  To change: {escape(remedy)}"
        if note := notes.get(cause) or notes.get(group[0]["check"]):
            yield f"\n  Here: {note}"
        yield ""


def render_open(record: Record) -> Iterator[str]:
    """Yield what was seen where the specifications leave open what to do."""
    checks = [
        f"`{check['id']}` {escape(check['observed'])}"
        for check in record["probe"]["checks"]
        if check["outcome"] == "open"
    ]
    if checks:
        yield f"Open to either: {'; '.join(checks)}."
        yield ""


def escape(text: str) -> str:
    """Keep Markdown from reading anything into a text but what stands between backticks."""
    return re.sub(r"(`[^`]*`)|([\\*_\[\]<>|])", lambda match: match[1] or f"\\{match[2]}", text)
