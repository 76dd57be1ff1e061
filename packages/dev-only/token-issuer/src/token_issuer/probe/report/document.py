# DEV-ONLY: never ship to production.
r"""The result of a probe as a JSON document.

The schema, version 1. Members may be added; no member is renamed, retyped or removed without a new
version. Texts are unchanged except for lone surrogates, which some JSON parsers reject (RFC 8259
§8.2): they are replaced by the text of their escape. The document is ASCII, so that it can be
printed in any locale.

| member | type | meaning |
|---|---|---|
| `schema` | integer | 1 |
| `command` | text | `probe`, `probe-login` |
| `verdict` | text | the verdict in a sentence |
| `stopped` | text or null | why the probe stopped after the baseline |
| `target`, `issuer` | text | the URL that was probed, the base URL of the issuer |
| `version` | text | the version of the token issuer |
| `started_at` | text | RFC 3339, UTC |
| `duration_s` | number | seconds |
| `hidden` | integer | number of findings below `--severity`, which are left out |
| `counts.severities` | object | number of findings: `critical`, `high`, `medium`, `low` |
| `counts.outcomes` | object | number of checks: `passed`, `failed`, `open`, `skipped` |
| `findings[]` | array | the worst first |
| `findings[].check` | text | the id of the check that found it |
| `findings[].severity` | text | `critical`, `high`, `medium`, `low` |
| `findings[].cause` | text | the missing check of the verifier; may be empty |
| `findings[].title`, `.why`, `.remedy`, `.source` | text | as in the other reports |
| `findings[].reproduction` | text | a shell command line that repeats the requests |
| `checks[]` | array | in the order of the parts |
| `checks[].part` | text | `baseline`, `request`, `logins`, `tokens`, `keys` |
| `checks[].id`, `.title`, `.observed` | text | stable name, tested case, observed behaviour |
| `checks[].outcome` | text | `passed`, `failed`, `open`, `skipped` |
| `checks[].reaction` | text or null | `accepted`, `refused`, `crashed`, `hung`, `unclear` |
| `checks[].status` | integer or null | the HTTP status of the response |
| `checks[].duration_s` | number | seconds |
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from token_issuer.probe.report.verdict import (
    count_severities,
    describe_verdict,
    rank_findings,
)
from token_issuer.probe.results import Check, Finding, Outcome, Result
from token_issuer.probe.wording import format_timestamp

SCHEMA: Final = 1
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")


def render_json(result: Result) -> str:
    """Render *result* as JSON in the schema above, indented, ending with a line feed."""
    outcomes = Counter(check.outcome for check in result.checks)
    severities = count_severities(result)
    document: Mapping[str, object] = {
        "schema": SCHEMA,
        "command": result.command,
        "verdict": describe_verdict(result),
        "stopped": result.stopped or None,
        "target": result.target,
        "issuer": result.issuer,
        "version": result.version,
        "started_at": format_timestamp(result.started_at),
        "duration_s": round(result.duration_s, 3),
        "hidden": result.hidden,
        "counts": {
            "severities": {each.word: count for each, count in severities.items()},
            "outcomes": {outcome: outcomes[outcome] for outcome in Outcome},
        },
        "findings": [_build_finding(finding) for finding in rank_findings(result)],
        "checks": [_build_check(check) for check in result.checks],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _NOT_ASCII.sub(_escape, text) + "\n"


def _escape(match: re.Match[str]) -> str:
    escaped = json.dumps(match[0])[1:-1]
    return f"\\{escaped}" if "\ud800" <= match[0] <= "\udfff" else escaped


def _build_finding(finding: Finding) -> Mapping[str, object]:
    return {
        "check": finding.check,
        "severity": finding.severity.word,
        "cause": finding.cause,
        "title": finding.title,
        "why": finding.why,
        "remedy": finding.remedy,
        "source": finding.source,
        "reproduction": finding.reproduction,
    }


def _build_check(check: Check) -> Mapping[str, object]:
    return {
        "part": check.part,
        "id": check.id,
        "title": check.title,
        "outcome": check.outcome,
        "observed": check.observed,
        "reaction": check.reaction,
        "status": check.status,
        "duration_s": round(check.duration_s, 3),
    }
