"""The published page, made of the results and of nothing else that changes."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from tests.verifiers.catalogue import VERIFIERS, Verifier
from tests.verifiers.measuring import Record, list_checks, list_findings
from tests.verifiers.notes import NOTES

SEVERITIES: Final = ("critical", "high", "medium", "low")
WRONG: Final = {
    "accepted": "wrongly accepted",
    "refused": "wrongly refused",
    "crashed": "5xx",
    "hung": "no answer",
}
KEYS: Final = "keys"
MAX_LISTED: Final = 6

INTRODUCTION: Final = """\
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
- The part about keys is run only against verifiers that fetch their keys themselves, and each part
  with a service of its own. Where a verifier keeps its keys for minutes, whatever `Cache-Control`
  says, most faults of the key endpoint could not be shown to it in time.
"""

REPRODUCTION: Final = """\
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
    probes = [probe for record in records.values() for probe in record["probes"].values()]
    newest = max(probe["started_at"] for probe in probes)
    parts = [
        INTRODUCTION.format(version=probes[0]["version"], date=newest[:10]),
        "## In figures\n\n" + "\n".join(render_figures(records)) + "\n",
        "## By group\n\n" + "\n".join(render_groups(records, results["groups"])) + "\n",
        *(render_verifier(VERIFIERS[name], name, record) for name, record in records.items()),
        REPRODUCTION,
    ]
    return "\n".join(parts)


def render_figures(records: Mapping[str, Record]) -> Iterator[str]:
    """Yield the table of what became of the tokens, and of the weaknesses by severity."""
    yield "What became of the tokens, but for those open to either; then the weaknesses by their"
    yield "severity, where findings that one change mends count once."
    yield ""
    headings = ("as it should be", *WRONG.values(), *SEVERITIES)
    yield f"| verifier | version | {' | '.join(headings)} |"
    yield f"|---|---|{'--:|' * len(headings)}"
    for name, record in records.items():
        version = next(iter(record["versions"].values()))
        row = " | ".join(str(figure or "") for figure in count_figures(record))
        yield f"| [{VERIFIERS[name].title}](#{name}) | {version} | {row} |"


def count_figures(record: Record) -> list[int]:
    """Count tokens by what became of them, then weaknesses by severity."""
    tokens = [check for check in list_checks(record) if check["part"] == "tokens"]
    wrong = Counter(check["reaction"] for check in tokens if check["outcome"] == "failed")
    passed = sum(check["outcome"] == "passed" for check in tokens)
    found = Counter(group[0]["severity"] for group in group_findings(record))
    return [passed, *(wrong[each] for each in WRONG), *(found[each] for each in SEVERITIES)]


def render_groups(records: Mapping[str, Record], groups: Mapping[str, str]) -> Iterator[str]:
    """Yield the table of how many checks of a group failed."""
    yield "Checks that failed, of those that could be made; empty where none failed."
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
        for check in list_checks(record)
        if groups.get(check["id"], check["part"]) == group
    )
    made = outcomes.total() - outcomes["skipped"]
    if not made:
        return "not made"
    return f"{outcomes['failed']} of {made}" if outcomes["failed"] else ""


def group_findings(record: Record) -> list[list[Record]]:
    """Put the findings together that one change mends; the worst first."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for finding in sorted(list_findings(record), key=rank):
        groups.setdefault((finding["cause"], finding["remedy"]), []).append(finding)
    return list(groups.values())


def rank(finding: Record) -> int:
    """Order findings by severity, the worst first."""
    return SEVERITIES.index(finding["severity"])


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
    """Yield the findings, those together that one change mends, the worst first."""
    groups = group_findings(record)
    if not groups:
        yield "Nothing found."
        yield ""
    observed = {check["id"]: check["observed"] for check in list_checks(record)}
    for group in groups:
        if len(group) > MAX_LISTED:
            yield summarize_group(group, observed)
        else:
            for finding in group:
                title = escape(finding["title"].removesuffix("."))
                seen = escape(observed[finding["check"]])
                yield f"- **{finding['severity']}** · {title} (`{finding['check']}`: {seen})."
        yield f"\n  To change: {escape(group[0]['remedy'])}"
        for key in dict.fromkeys((group[0]["cause"], *(each["check"] for each in group))):
            if key in notes:
                yield f"\n  Here: {notes[key]}"
        yield ""


def summarize_group(group: list[Record], observed: Mapping[str, str]) -> str:
    """Name the checks of many findings that have one cause, without a title for each."""
    seen = Counter(observed[finding["check"]] for finding in group)
    counts = ", ".join(f"{count} tokens {escape(text)}" for text, count in seen.most_common())
    checks = ", ".join(f"`{finding['check']}`" for finding in group)
    return f"- **{group[0]['severity']}** · {group[0]['cause']}, {counts}: {checks}."


def render_open(record: Record) -> Iterator[str]:
    """Yield what was seen where the specifications leave it open, and what could not be seen."""
    for outcome, heading in (("open", "Open to either"), ("skipped", "Could not be judged")):
        by_observed: dict[str, list[str]] = {}
        for check in list_checks(record):
            if check["outcome"] == outcome:
                by_observed.setdefault(check["observed"], []).append(f"`{check['id']}`")
        if by_observed:
            seen = (f"{', '.join(ids)}: {escape(text)}" for text, ids in by_observed.items())
            yield f"{heading}: {'; '.join(seen)}."
            yield ""


def escape(text: str) -> str:
    """Keep Markdown from reading anything into a text but what stands between backticks."""
    return re.sub(r"(`[^`]*`)|([\\*_\[\]<>|])", lambda match: match[1] or f"\\{match[2]}", text)
