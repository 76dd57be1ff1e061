"""The published page, rendered from the stored results alone."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from tests.verifiers.catalogue import VERIFIERS, Verifier
from tests.verifiers.measuring import Record, list_checks, list_findings
from tests.verifiers.notes import NOTES

SEVERITIES: Final = ("critical", "high", "medium", "low")
WRONG: Final = {
    "accepted": "wrongly accepted",
    "refused": "wrongly rejected",
    "crashed": "5xx",
    "hung": "no response",
}
KEYS: Final = "keys"
MAX_LISTED_FINDINGS: Final = 6

INTRODUCTION: Final = """\
# How verifiers handle defective tokens

`token-issuer probe` {version} sent the tokens of its catalogue to third-party verifiers and, for
comparison, to the reference proxy, last on {date}. Each verifier is a minimal service, set up as
the documentation of its library describes, with the defaults, and not hardened further.
[verifiers.json](verifiers.json) holds every response.

What the figures show, and what they do not:

- They describe one setup: a version of a library, its defaults, and the HTTP server in front of it.
  They do not rank projects. Many findings are a documented default; the setting that closes one is
  named below if we have tried it.
- A token is *accepted* if it would have reached the service behind the verifier, and *rejected* (in
  older observations: *refused*) if the response is a 4xx. A *5xx* does not accept the token, but is
  a finding: anyone who sends such a token triggers the alarms of the service, and an unexpected
  error made the decision.
- If the specifications allow a verifier to accept or to reject a token (the verdict *either* of the
  catalogue), the check is *open*: neither response is a finding.
- The key part runs only against verifiers that fetch their keys themselves, and each part runs
  against a separate service. If a verifier keeps its keys for minutes, whatever `Cache-Control`
  says, most faults of the key endpoint end before it fetches again.
"""

REPRODUCTION: Final = """\
## How to reproduce it

```sh not-run
ci/verifiers.sh         # probes each verifier and compares the findings with this page
ci/verifiers.sh --write # measures, then writes this page and verifiers.json
```

It needs Debian 12 or a compatible system, whose packages it unpacks below `.cache` without root,
and some minutes. The services are in [tests/verifiers](../tests/verifiers). Findings are compared
only for the versions named here.
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
    """Yield the table of the reactions to the tokens, and of the weaknesses by severity."""
    yield "Number of tokens by reaction, without those of the verdict *either*; then the number of"
    yield "weaknesses by severity. Findings that one change fixes are one weakness."
    yield ""
    headings = ("as expected", *WRONG.values(), *SEVERITIES)
    yield f"| verifier | version | {' | '.join(headings)} |"
    yield f"|---|---|{'--:|' * len(headings)}"
    for name, record in records.items():
        version = next(iter(record["versions"].values()))
        row = " | ".join(str(figure or "") for figure in count_figures(record, "tokens"))
        yield f"| [{VERIFIERS[name].title}](#{name}) | {version} | {row} |"


def count_figures(record: Record, *parts: str) -> list[int]:
    """Count the checks of *parts* by reaction, then weaknesses by severity."""
    checks = [check for check in list_checks(record) if check["part"] in parts]
    wrong = Counter(check["reaction"] for check in checks if check["outcome"] == "failed")
    passed = sum(check["outcome"] == "passed" for check in checks)
    found = Counter(group[0]["severity"] for group in group_findings(record))
    return [passed, *(wrong[each] for each in WRONG), *(found[each] for each in SEVERITIES)]


def render_groups(records: Mapping[str, Record], groups: Mapping[str, str]) -> Iterator[str]:
    """Yield the table of the failed checks by group."""
    yield "Number of failed checks among those that ran; empty if none failed."
    yield ""
    yield f"| group | {' | '.join(f'[{name}](#{name})' for name in records)} |"
    yield f"|---|{'--:|' * len(records)}"
    for group in (*dict.fromkeys(groups.values()), KEYS):
        cells = [count_failures(record, group, groups) for record in records.values()]
        yield f"| {group} | {' | '.join(cells)} |"


def count_failures(record: Record, group: str, groups: Mapping[str, str]) -> str:
    """Return how many checks of a group failed: `2 of 9`."""
    outcomes = Counter(
        check["outcome"]
        for check in list_checks(record)
        if groups.get(check["id"], check["part"]) == group
    )
    made = outcomes.total() - outcomes["skipped"]
    if not made:
        return "not run"
    return f"{outcomes['failed']} of {made}" if outcomes["failed"] else ""


def group_findings(record: Record) -> list[list[Record]]:
    """Group the findings that one change fixes; the worst group comes first."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for finding in sorted(list_findings(record), key=rank):
        groups.setdefault((finding["cause"], finding["remedy"]), []).append(finding)
    return list(groups.values())


def rank(finding: Record) -> int:
    """Order findings by severity, the worst first."""
    return SEVERITIES.index(finding["severity"])


def render_verifier(verifier: Verifier, name: str, record: Record) -> str:
    """Render the findings about one verifier, with the texts of the probe."""
    versions = ", ".join(f"{package} {version}" for package, version in record["versions"].items())
    links = ", ".join(f"[{title}]({url})" for title, url in verifier.documentation.items())
    lines = [
        f'<a id="{name}"></a>',
        "",
        f"## {verifier.title}",
        "",
        f"{versions}. {verifier.setup} Documentation: {links}.",
        "",
        *render_findings(record, partial(list_notes, NOTES.get(name, {}))),
        *render_open(record),
    ]
    if verifier.keys_elsewhere:
        lines += [f"The key part was not run, since {verifier.keys_elsewhere}.", ""]
    return "\n".join(lines)


def list_notes(notes: Mapping[str, str], group: list[Record]) -> Iterator[str]:
    """Yield the notes about the findings of a group."""
    for key in dict.fromkeys((group[0]["cause"], *(each["check"] for each in group))):
        if key in notes:
            yield f"Here: {notes[key]}"


def render_findings(
    record: Record, describe: Callable[[list[Record]], Iterator[str]]
) -> Iterator[str]:
    """Yield the findings, grouped by the change that fixes them, the worst first.

    Args:
        record: The record.
        describe: Yields paragraphs about a group of findings.
    """
    groups = group_findings(record)
    if not groups:
        yield "Nothing found."
        yield ""
    observed = {check["id"]: check["observed"] for check in list_checks(record)}
    for group in groups:
        if len(group) > MAX_LISTED_FINDINGS:
            yield summarize_group(group, observed)
        else:
            for finding in group:
                title = escape(finding["title"].removesuffix("."))
                text = escape(observed[finding["check"]])
                yield f"- **{finding['severity']}** · {title} (`{finding['check']}`: {text})."
        yield f"\n  To change: {escape(group[0]['remedy'])}"
        for paragraph in describe(group):
            yield f"\n  {paragraph}"
        yield ""


def summarize_group(group: list[Record], observed: Mapping[str, str]) -> str:
    """List the checks of many findings with one cause, without their titles."""
    observed_counts = Counter(observed[finding["check"]] for finding in group)
    counts = ", ".join(
        f"{count} {'token' if count == 1 else 'tokens'} {escape(text)}"
        for text, count in observed_counts.most_common()
    )
    checks = ", ".join(f"`{finding['check']}`" for finding in group)
    return f"- **{group[0]['severity']}** · {group[0]['cause']}, {counts}: {checks}."


def render_open(record: Record) -> Iterator[str]:
    """Yield the observations of open checks, and the skipped checks with their reasons."""
    for outcome, heading in (("open", "Open, no verdict"), ("skipped", "Skipped, no verdict")):
        by_observed: dict[str, list[str]] = {}
        for check in list_checks(record):
            if check["outcome"] == outcome:
                by_observed.setdefault(check["observed"], []).append(f"`{check['id']}`")
        if by_observed:
            entries = (f"{', '.join(ids)}: {escape(text)}" for text, ids in by_observed.items())
            yield f"{heading}: {'; '.join(entries)}."
            yield ""


def escape(text: str) -> str:
    """Escape Markdown in *text*, except between backticks."""
    return re.sub(r"(`[^`]*`)|([\\*_\[\]<>|])", lambda match: match[1] or f"\\{match[2]}", text)
