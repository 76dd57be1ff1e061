# DEV-ONLY: never ship to production.
"""Which checks are wanted: by part, group or id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from token_issuer.probe.baseline import BASELINE_CHECKS
from token_issuer.probe.errors import ProbeError
from token_issuer.probe.key_endpoint.run import TITLES
from token_issuer.probe.results import Part
from token_issuer.probe.tokens.judging import FOLLOWED
from token_issuer.tokens.defects.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class Selection:
    """The ids of the checks that are wanted, those of the baseline always among them."""

    ids: frozenset[str]

    def includes(self, check_id: str) -> bool:
        """Tell whether a check is wanted."""
        return check_id in self.ids


def select(only: Sequence[str], skip: Sequence[str]) -> Selection:
    """Return what *only* names, or everything, without what *skip* names.

    Raises:
        ProbeError: a name is unknown, or nothing is left.
    """
    names = _list_names()
    wanted = _collect("--only", only or tuple(Part), names)
    left = wanted - _collect("--skip", skip, names)
    if not left:
        message = "--only, --skip: they leave nothing to check"
        raise ProbeError(message)
    return Selection(left | names[Part.BASELINE])


def _list_names() -> Mapping[str, frozenset[str]]:
    """Return what each name that may be given stands for."""
    tokens = frozenset(CATALOGUE) | {FOLLOWED}
    names: dict[str, frozenset[str]] = {check_id: frozenset({check_id}) for check_id in tokens}
    names |= {check_id: frozenset({check_id}) for check_id in TITLES}
    for defect in CATALOGUE.values():
        names[defect.group] = names.get(defect.group, frozenset()) | {defect.id}
    names[Part.BASELINE] = frozenset(BASELINE_CHECKS)
    names[Part.TOKENS] = tokens
    names[Part.KEYS] = frozenset(TITLES)
    return names


def _collect(
    option: str, given: Sequence[str], names: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for name in (item.strip() for text in given for item in text.split(",")):
        if name not in names:
            close = get_close_matches(name, names, n=3)
            hint = (
                f"did you mean {', '.join(close)}?" if close else "token-issuer defects lists all"
            )
            message = f"{option}: no part, group or check is named {name[:80]!r}; {hint}"
            raise ProbeError(message)
        found |= names[name]
    return found
