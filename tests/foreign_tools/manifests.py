"""Kyverno and conftest with the manifests of the tests, each in a separate namespace."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tests.machine import ROOT, run
from tests.policy.admission import as_the_cluster_sees, find_codes

POLICY: Final = ROOT / "policy"
DATA: Final = ROOT / "tests/policy/data"


@dataclass(frozen=True)
class Case:
    """A manifest.

    Attributes:
        title: What it is.
        namespace: Its namespace, which no other manifest has.
        labels: The labels of the namespace.
        manifest: The manifest.
        codes: The codes of the findings.
    """

    title: str
    namespace: str
    labels: Mapping[str, str]
    manifest: Mapping[str, Any]
    codes: set[str]


def list_cases() -> list[Case]:
    """Return the manifests that the policies refuse, and those that they allow."""
    texts = ((DATA / name).read_text(encoding="utf-8") for name in ("refused.yaml", "allowed.yaml"))
    cases = [item for text in texts for item in yaml.safe_load(text).items()]
    return [make_case(title, f"case-{number}", case) for number, (title, case) in enumerate(cases)]


def make_case(title: str, namespace: str, case: Mapping[str, Any]) -> Case:
    """Return a manifest of the tests in a namespace."""
    metadata = {**case["manifest"]["metadata"], "namespace": namespace}
    manifest = {**case["manifest"], "metadata": metadata}
    return Case(title, namespace, case.get("namespace", {}), manifest, set(case.get("codes", ())))


def run_kyverno(command: Path, cases: Sequence[Case], folder: Path) -> Mapping[str, set[str]]:
    """Return the code of the first finding in each namespace; Kyverno reports no other."""
    seen = [as_the_cluster_sees(case.manifest) for case in cases]
    (folder / "cases.yaml").write_text(yaml.safe_dump_all(seen), encoding="utf-8")
    selectors = [{"name": case.namespace, "labels": dict(case.labels)} for case in cases]
    values = {
        "apiVersion": "cli.kyverno.io/v1alpha1",
        "kind": "Values",
        "namespaceSelector": selectors,
    }
    (folder / "values.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    options = ("--values-file", folder / "values.yaml", "--policy-report", "--output-format=json")
    resources = ("--resource", folder / "cases.yaml", "--continue-on-fail")
    output = run(
        *("sh", "-c", '"$@" || [ $? -eq 1 ]', "sh"),  # 1: a resource is refused
        *(command, "apply", POLICY / "kyverno.yaml", *resources, *options),
    )
    return {place: find_codes(messages) for place, messages in read_report(output).items()}


def read_report(output: str) -> Mapping[str, list[str]]:
    """Return the messages of the failed results in each namespace."""
    report = json.loads(output[output.index("{") :])
    messages: dict[str, list[str]] = defaultdict(list)
    for result in report["results"]:
        for resource in result["resources"]:
            if result["result"] in {"fail", "error"}:
                messages[resource["namespace"]].append(result["message"])
    return messages


def run_conftest(command: Path, cases: Sequence[Case], folder: Path) -> Mapping[str, set[str]]:
    """Return the codes of the findings in each namespace."""
    namespaces = {case.namespace: dict(case.labels) for case in cases}
    (folder / "labels.yaml").write_text(
        yaml.safe_dump({"namespaces": namespaces}), encoding="utf-8"
    )
    files = folder / "manifests"
    files.mkdir()
    for case in cases:
        text = yaml.safe_dump(dict(case.manifest))
        (files / f"{case.namespace}.yaml").write_text(text, encoding="utf-8")
    options = ("--policy", POLICY / "conftest", "--data", folder / "labels.yaml")
    output = run(command, "test", *options, "--output=json", "--no-fail", files)
    return {
        Path(result["filename"]).stem: find_codes(list(list_messages(result)))
        for result in json.loads(output)
    }


def list_messages(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the messages about a file."""
    for failure in result.get("failures") or ():
        yield failure["msg"]


def list_wrong(
    cases: Sequence[Case], found: Mapping[str, set[str]], *, first: bool = False
) -> list[str]:
    """Return the manifests whose findings are not those that the tests demand.

    Args:
        cases: The manifests.
        found: The codes of the findings in each namespace.
        first: Whether *found* has one of several codes only.
    """
    return [
        case.title
        for case in cases
        if not (codes := found.get(case.namespace, set())) <= case.codes
        or (len(codes) != min(1, len(case.codes)) if first else codes != case.codes)
    ]
