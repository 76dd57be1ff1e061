# DEV-ONLY: never ship to production.
"""Selection of checks by part, group or id."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from token_issuer.errors import ProbeError, describe_unknown_name
from token_issuer.probe.results import Part
from token_issuer.tokens.defects.defect import Defect


@dataclass(frozen=True, slots=True)
class Selection:
    """Ids of the selected checks, which always include those of the baseline."""

    ids: frozenset[str]

    def includes(self, check_id: str) -> bool:
        """Return whether a check is selected."""
        return check_id in self.ids


def build_names(
    parts: Mapping[Part, Iterable[str]], defects: Iterable[Defect]
) -> Mapping[str, frozenset[str]]:
    """Map each part, group and id to the ids of its checks.

    Args:
        parts: The ids of the checks of each part.
        defects: The defects among the checks, which have groups.
    """
    ids: dict[str, frozenset[str]] = {part: frozenset(checks) for part, checks in parts.items()}
    names = {check: frozenset({check}) for checks in ids.values() for check in checks}
    for defect in defects:
        names[defect.group] = names.get(defect.group, frozenset()) | {defect.id}
    return {**names, **ids}


def select(
    only: Sequence[str], skip: Sequence[str], names: Mapping[str, frozenset[str]]
) -> Selection:
    """Select the checks named in *only* (all checks if it is empty) but not in *skip*.

    Args:
        only: Comma-separated names.
        skip: Comma-separated names.
        names: The ids of the checks that each name stands for; see `build_names`.

    Raises:
        ProbeError: a name is unknown, or no check is left.
    """
    selected = _collect("--only", only or tuple(names), names)
    remaining = selected - _collect("--skip", skip, names)
    if not remaining:
        message = "--only, --skip: no check is left; select at least one"
        raise ProbeError(message)
    return Selection(remaining | names[Part.BASELINE])


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
