# DEV-ONLY: never ship to production.
"""Selection of checks by part, group or id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from token_issuer.errors import ProbeError, describe_unknown_name
from token_issuer.probe.baseline import BASELINE_CHECKS
from token_issuer.probe.key_endpoint.key_checks import KEY_CHECKS
from token_issuer.probe.results import Part
from token_issuer.probe.tokens.judging import ATTACKER_KEYS
from token_issuer.tokens.defects.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class Selection:
    """Ids of the selected checks, which always include those of the baseline."""

    ids: frozenset[str]

    def includes(self, check_id: str) -> bool:
        """Return whether a check is selected."""
        return check_id in self.ids


def select(only: Sequence[str], skip: Sequence[str]) -> Selection:
    """Select the checks named in *only* (all checks if it is empty) but not in *skip*.

    Raises:
        ProbeError: a name is unknown, or no check is left.
    """
    names = _list_names()
    selected = _collect("--only", only or tuple(Part), names)
    remaining = selected - _collect("--skip", skip, names)
    if not remaining:
        message = "--only, --skip: no check is left; select at least one"
        raise ProbeError(message)
    return Selection(remaining | names[Part.BASELINE])


def _list_names() -> Mapping[str, frozenset[str]]:
    """Map each part, group and id to the ids of its checks."""
    tokens = frozenset(CATALOGUE) | {ATTACKER_KEYS}
    names: dict[str, frozenset[str]] = {check_id: frozenset({check_id}) for check_id in tokens}
    names |= {check_id: frozenset({check_id}) for check_id in KEY_CHECKS}
    for defect in CATALOGUE.values():
        names[defect.group] = names.get(defect.group, frozenset()) | {defect.id}
    names[Part.BASELINE] = frozenset(BASELINE_CHECKS)
    names[Part.TOKENS] = tokens
    names[Part.KEYS] = frozenset(KEY_CHECKS)
    return names


def _collect(
    option: str, values: Sequence[str], names: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for name in (item.strip() for value in values for item in value.split(",")):
        if name not in names:
            problem = describe_unknown_name("part, group or check", name, names)
            message = f"{option}: {problem}; token-issuer defects lists all defects"
            raise ProbeError(message)
        found |= names[name]
    return found
