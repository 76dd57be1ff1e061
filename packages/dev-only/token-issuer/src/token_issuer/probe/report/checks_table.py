# DEV-ONLY: never ship to production.
"""All checks of a probe as tables of the HTML page, one per part."""

from collections.abc import Mapping, Sequence
from typing import Final

from token_issuer.markup import Markup, element, join, mark_code
from token_issuer.probe.report.verdict import Group, count_outcomes, list_counts
from token_issuer.probe.results import Check, Command, Outcome, Part, Result
from token_issuer.probe.wording import describe_duration

_SIGNS: Final = {
    Outcome.PASSED: "\N{CHECK MARK}",
    Outcome.FAILED: "\N{MULTIPLICATION X}",
    Outcome.OPEN: "\N{WHITE CIRCLE}",
    Outcome.SKIPPED: "\N{EN DASH}",
}
_CAPTIONS: Final = {
    Part.BASELINE: "Baseline: a good token, and requests without one",
    Part.REQUEST: "Request: what the application sends to the issuer",
    Part.LOGINS: "Logins: each has exactly one defect",
    Part.TOKENS: "Tokens: each has exactly one defect",
    Part.KEYS: "Keys: how the target fetches and caches the public keys",
}
_LOGIN_CAPTIONS: Final = {
    **_CAPTIONS,
    Part.BASELINE: "Baseline: a good login, a denied one, and none",
    Part.TOKENS: "ID tokens: each has exactly one defect",
    Part.KEYS: "Keys: logins with a new key, and with a faulty key endpoint",
}
_LEGEND: Final = {
    Outcome.OPEN: "no verdict, since the specifications allow this behaviour and its opposite",
    Outcome.SKIPPED: "not run, for the reason in the column Observation",
}


def render_checks(result: Result, groups: Sequence[Group]) -> Markup:
    """Render a table for each part that has checks; failed checks link to their findings."""
    links = {
        finding.check: f"#finding-{number}"
        for number, group in enumerate(groups, start=1)
        for finding in group.findings
    }
    captions = _LOGIN_CAPTIONS if result.command is Command.PROBE_LOGIN else _CAPTIONS
    tables = [
        _render_table(
            part,
            captions[part],
            counts,
            [check for check in result.checks if check.part is part],
            links,
        )
        for part, counts in count_outcomes(result).items()
    ]
    present = {check.outcome for check in result.checks}
    legend = [
        join(element("b", outcome), f": {meaning}. ")
        for outcome, meaning in _LEGEND.items()
        if outcome in present
    ]
    return element(
        "section",
        element("h2", "All checks"),
        *tables,
        element("p", *legend, class_="legend") if legend else "",
    )


def _render_table(
    part: Part,
    title: str,
    counts: Mapping[Outcome, int],
    checks: Sequence[Check],
    links: Mapping[str, str],
) -> Markup:
    caption = element(
        "caption",
        element("h3", title, id=f"part-{part}"),
        element("span", list_counts(counts)),
    )
    columns = {
        "Check": "",
        "Outcome": "outcome",
        "Observation": "",
        "Status": "number",
        "Took": "number",
    }
    headings = (
        element("th", name, scope="col", class_=class_, role="columnheader")
        for name, class_ in columns.items()
    )
    rows = (_render_row(check, links.get(check.id)) for check in checks)
    # Browsers drop the implicit roles if a narrow screen stacks the cells, so they are explicit.
    table = element(
        "table",
        caption,
        element("thead", element("tr", *headings, role="row"), role="rowgroup"),
        element("tbody", *rows, role="rowgroup"),
        role="table",
    )
    # Focusable, so that the keyboard can scroll it if the screen is narrower than the table.
    return element(
        "div", table, class_="scroll", role="region", tabindex="0", aria_labelledby=f"part-{part}"
    )


def _render_row(check: Check, link: str | None) -> Markup:
    sign = element("span", _SIGNS[check.outcome], class_="sign", aria_hidden="true")
    outcome = element("a", check.outcome, href=link) if link else check.outcome
    return element(
        "tr",
        element(
            "th",
            element("span", mark_code(check.title)),
            " ",
            element("code", check.id),
            scope="row",
            role="rowheader",
        ),
        _render_cell("Outcome", join(sign, outcome), f"outcome {check.outcome}"),
        _render_cell("Observation", check.observed),
        _render_cell("Status", "" if check.status is None else str(check.status), "number"),
        _render_cell(
            "Took", describe_duration(check.duration_s) if check.duration_s else "", "number"
        ),
        role="row",
    )


def _render_cell(name: str, content: str, class_: str = "") -> Markup:
    """Render a cell with the name of its column, which narrow screens show before the content."""
    shown = f"{class_} blank".strip() if not content else class_
    return element("td", content, class_=shown, data_name=name, role="cell")
