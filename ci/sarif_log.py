"""Logs in SARIF 2.1.0, in the subset and within the limits of GitHub's code scanning.

https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
MAX_RESULTS: Final = 25_000
"""GitHub rejects a run with more results, and shows the worst 5,000."""


@dataclass(frozen=True)
class Rule:
    """A check of a tool, with its remedy and its severity from 0 to 10 (CVSS)."""

    id: str
    meaning: str
    remedy: str
    severity: float


@dataclass(frozen=True)
class Result:
    """What a rule found in one file.

    Attributes:
        rule: The ID of the rule.
        file: The path of the file.
        line: The line.
        text: The finding, as a sentence.
        members: The members of the archive `file` that are affected.
        subject: What distinguishes results of the same rule and file, in every run.
    """

    rule: str
    file: str
    line: int
    text: str
    members: Sequence[str] = field(default=())
    subject: str = ""

    @property
    def fingerprint(self) -> str:
        """What identifies the result in every run, whatever else the file contains."""
        key = "\0".join((self.rule, make_uri(self.file), self.subject))
        return hashlib.sha256(key.encode()).hexdigest()[:16]


def build_log(
    tool: str,
    version: str,
    rules: Sequence[Rule],
    results: Sequence[Result],
    failures: Sequence[str] = (),
) -> dict[str, Any]:
    """Build the log of one run.

    Args:
        tool: The name of the tool.
        version: Its version.
        rules: All its rules.
        results: The results, the worst first: too many are cut.
        failures: What the tool could not examine.
    """
    notifications = [_notify(text, "error") for text in failures]
    if len(results) > MAX_RESULTS:
        text = f"{len(results) - MAX_RESULTS} results are left out: GitHub accepts {MAX_RESULTS}."
        notifications.append(_notify(text, "warning"))
    ids = {rule.id: index for index, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {"name": tool, "version": version, "rules": list(map(_describe_rule, rules))}
        },
        "invocations": [
            {"executionSuccessful": not failures, "toolExecutionNotifications": notifications}
        ],
        "results": [_describe_result(result, ids[result.rule]) for result in results[:MAX_RESULTS]],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def make_relative(path: str) -> Path:
    """Return *path* relative to the working directory, or absolute if it is not below it."""
    relative = Path(os.path.relpath(path))
    return Path(path).absolute() if relative.parts[:1] == (os.pardir,) else relative


def make_uri(path: str) -> str:
    """Return the URI reference of a file: a relative one if it is below the working directory."""
    file = make_relative(path)
    return file.as_uri() if file.is_absolute() else quote(os.fsencode(file.as_posix()))


def _describe_rule(rule: Rule) -> dict[str, Any]:
    text = f"{rule.meaning} {rule.remedy}"
    description: dict[str, Any] = {
        "id": rule.id,
        "name": rule.id,
        "shortDescription": {"text": rule.meaning},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": f"{rule.meaning}\n\n**{rule.remedy}**"},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["security"], "security-severity": str(rule.severity)},
    }
    if page := _find_page():
        description["helpUri"] = page
    return description


def _find_page() -> str | None:
    """Return the page of the checks, whose host only a workflow that runs the action knows."""
    server, repository, reference = (
        os.environ.get(name)
        for name in ("GITHUB_SERVER_URL", "GITHUB_ACTION_REPOSITORY", "GITHUB_ACTION_REF")
    )
    if not (server and repository and reference):
        return None
    return f"{server}/{repository}/blob/{quote(reference)}/docs/guides/ship-nothing.md"


def _describe_result(result: Result, rule_index: int) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": make_uri(result.file)},
            "region": {"startLine": result.line},
        }
    }
    if result.members:
        location["logicalLocations"] = [
            {"fullyQualifiedName": member, "kind": "member"} for member in result.members
        ]
    return {
        "ruleId": result.rule,
        "ruleIndex": rule_index,
        "level": "error",
        "message": {"text": result.text},
        "locations": [location],
        "partialFingerprints": {"primaryLocationLineHash": f"{result.fingerprint}:1"},
    }


def _notify(text: str, level: str) -> dict[str, Any]:
    return {"message": {"text": text}, "level": level}
