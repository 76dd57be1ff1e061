# DEV-ONLY: never ship to production.
"""The defect catalogue as JSON for programs."""

from typing import Annotated

from msgspec import Meta, Struct

from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import CHECKS, Defect, Kind, Verdict


class DefectDescription(Struct, frozen=True, kw_only=True):
    """A defect in `GET /defects` and `token-issuer defects --json`."""

    id: str
    kind: Annotated[Kind, Meta(description="What the defect is in.")]
    group: str
    title: str
    wrong: Annotated[str, Meta(description="What is wrong with the token or login.")]
    why: Annotated[
        str, Meta(description="The consequence if a verifier accepts it, or rejects it wrongly.")
    ]
    source: Annotated[str, Meta(description="The source: specification and section, CVE or GHSA.")]
    verdict: Annotated[Verdict, Meta(description="What a verifier or relying party must do.")]
    severity: Annotated[
        str,
        Meta(
            description="How serious it is if it does not do what the verdict says.",
            extra_json_schema={"enum": [severity.word for severity in Severity]},
        ),
    ]
    check: Annotated[str, Meta(description="The check that catches it.")]
    remedy: Annotated[str, Meta(description="What to change in a verifier or relying party.")]
    fault: Annotated[
        str, Meta(description="The key endpoint fault that must be set; empty if none.")
    ]
    alg: Annotated[str, Meta(description="The algorithm of the token; empty if any will do.")]


class DefectList(Struct, frozen=True, kw_only=True):
    """The catalogue."""

    defects: list[DefectDescription]


def describe_defect(defect: Defect) -> DefectDescription:
    """Describe a defect, with the remedy of its check."""
    return DefectDescription(
        id=defect.id,
        kind=defect.kind,
        group=defect.group,
        title=defect.title,
        wrong=defect.wrong,
        why=defect.why,
        source=defect.source,
        verdict=defect.verdict,
        severity=defect.severity.word,
        check=defect.check,
        remedy=CHECKS[defect.check],
        fault=defect.fault,
        alg=defect.alg,
    )
