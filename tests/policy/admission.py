"""Evaluation of a ValidatingAdmissionPolicy and its binding with Google's engine cel-cpp.

The engine evaluates the expressions. This module restates what the API server documents: which
resources and namespaces the policy matches, which parts of an object it sees, and that an object is
refused if an expression fails (`failurePolicy: Fail`).
"""

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from cel_expr_python import cel
from cel_expr_python.ext import ext_strings

Manifest = Mapping[str, Any]


def find_all(text: str, pattern: str, limit: int | None = None) -> list[str]:
    """Implement `findAll`, which Kubernetes adds to CEL."""
    return [match[0] for match in re.finditer(pattern, text)][:limit]


FIND_ALL: Final = cel.FunctionDecl(
    "findAll",
    [
        cel.Overload(
            name,
            return_type=cel.Type.List(cel.Type.STRING),
            parameters=parameters,
            is_member=True,
            impl=find_all,
        )
        for name, parameters in {
            "string_find_all_string": [cel.Type.STRING, cel.Type.STRING],
            "string_find_all_string_int": [cel.Type.STRING, cel.Type.STRING, cel.Type.INT],
        }.items()
    ],
)


class AdmissionPolicy:
    """A policy and its binding, read from one file."""

    def __init__(self, path: Path) -> None:
        policy, binding = yaml.safe_load_all(path.read_text(encoding="utf-8"))
        assert policy["spec"]["failurePolicy"] == "Fail"
        assert binding["spec"]["policyName"] == policy["metadata"]["name"]
        assert binding["spec"]["validationActions"] == ["Deny"]
        self.spec = policy["spec"]
        self.selector = binding["spec"]["matchResources"]["namespaceSelector"]
        self._env = cel.NewEnv(
            variables={"object": cel.Type.DYN, "variables": cel.Type.DYN},
            extensions=[ext_strings.ExtStrings(), cel.CelExtension("kubernetes", [FIND_ALL])],
        )

    def refuse(self, manifest: Manifest, namespace_labels: Mapping[str, str]) -> list[str]:
        """Return the messages with which *manifest* is refused in such a namespace."""
        if not self._asks_about(manifest) or not is_selected(self.selector, namespace_labels):
            return []
        scope: dict[str, Any] = {"object": as_the_cluster_sees(manifest), "variables": {}}
        if not all(self._evaluate(c["expression"], scope) for c in self.spec["matchConditions"]):
            return []
        for variable in self.spec["variables"]:
            scope["variables"][variable["name"]] = self._evaluate(variable["expression"], scope)
        return [
            self._evaluate(validation["messageExpression"], scope)
            for validation in self.spec["validations"]
            if not self._evaluate(validation["expression"], scope)
        ]

    def _evaluate(self, expression: str, scope: Mapping[str, Any]) -> Any:
        outcome = self._env.compile(expression).eval(data=scope)
        assert outcome.type() != cel.Type.ERROR, f"{outcome.plain_value()!r}: {expression}"
        return outcome.plain_value()

    def _asks_about(self, manifest: Manifest) -> bool:
        group = manifest["apiVersion"].rpartition("/")[0]
        resource = re.sub(r"s$", "se", manifest["kind"].lower()) + "s"
        return any(
            group in rule["apiGroups"] and resource in rule["resources"]
            for rule in self.spec["matchConstraints"]["resourceRules"]
        )


def is_selected(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether the binding selects a namespace with *labels*."""
    assert selector.keys() == {"matchExpressions"}
    return all(meets(requirement, labels) for requirement in selector["matchExpressions"])


def meets(requirement: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether *labels* meet a requirement. `NotIn` is also met if the label is missing."""
    assert requirement["operator"] == "NotIn"
    return labels.get(requirement["key"]) not in requirement["values"]


def as_the_cluster_sees(manifest: Manifest) -> Manifest:
    """Return *manifest* with the plain text of a Secret moved as the API server does."""
    if manifest["kind"] != "Secret":
        return manifest
    plain = {key: encode(text) for key, text in manifest.get("stringData", {}).items()}
    rest = {key: value for key, value in manifest.items() if key != "stringData"}
    return {**rest, "data": {**manifest.get("data", {}), **plain}}


def encode(text: str) -> str:
    """Return *text* in base64."""
    return base64.b64encode(text.encode()).decode()


def find_codes(messages: Iterator[str] | list[str]) -> set[str]:
    """Return the codes at the start of *messages*."""
    return {message[1 : message.index("]")] for message in messages}
