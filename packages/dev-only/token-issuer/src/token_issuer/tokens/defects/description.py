# DEV-ONLY: never ship to production.
"""The defect catalogue as JSON for programs."""

from typing import Annotated

from msgspec import Meta, Struct

from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import CHECKS, Defect, Verdict


class DefectDescription(Struct, frozen=True, kw_only=True):
    """A defect in `GET /defects` and `token-issuer defects --json`."""

    id: str
    group: str
    title: str
    wrong: Annotated[str, Meta(description="What is wrong with the token.")]
    why: Annotated[str, Meta(description="What becomes of a verifier that does not notice.")]
    source: Annotated[str, Meta(description="Where it says so: RFC and section, CVE or GHSA.")]
    verdict: Annotated[Verdict, Meta(description="What a verifier has to do.")]
    severity: Annotated[
        str,
        Meta(
            description="How bad it is when it does otherwise.",
            extra_json_schema={"enum": [severity.word for severity in Severity]},
        ),
    ]
    check: Annotated[str, Meta(description="The check of a verifier that catches it.")]
    remedy: Annotated[str, Meta(description="What to set in a verifier.")]
    fault: Annotated[
        str, Meta(description="The key endpoint fault that must be on; empty for none.")
    ]
    alg: Annotated[str, Meta(description="The algorithm that it is about; empty for any.")]


class DefectList(Struct, frozen=True, kw_only=True):
    """The catalogue."""

    defects: list[DefectDescription]


def describe_defect(defect: Defect) -> DefectDescription:
    """Describe a defect, with the remedy of its check."""
    return DefectDescription(
        id=defect.id,
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
