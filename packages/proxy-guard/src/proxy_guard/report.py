"""The report on a configuration, as an object, as text and as a JSON document."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from proxy_guard.environment import DeploymentEnvironment
    from proxy_guard.findings import Finding

SKIPPED: Final = "skipped"
CLEAN: Final = "clean"
FOUND: Final = "found"
FAILED: Final = "failed"


class ProbeOutcome:
    """The result of the probe.

    Attributes:
        status: `skipped`, `clean`, `found`, or `failed` if no key could be checked.
        detail: The reason, safe to print.
    """

    __slots__ = ("detail", "status")

    def __init__(self, status: str, detail: str) -> None:
        self.status = status
        self.detail = detail

    def __repr__(self) -> str:
        return f"<ProbeOutcome {self.status}: {self.detail}>"


class Report:
    """The result of checking a configuration.

    Attributes:
        environment: Whether this is production, and why.
        findings: What production must refuse. Outside production the findings are the same.
        probe: The result of fetching `JWT_JWKS_URI`.
    """

    __slots__ = ("environment", "findings", "probe")

    def __init__(
        self,
        environment: DeploymentEnvironment,
        findings: tuple[Finding, ...],
        probe: ProbeOutcome,
    ) -> None:
        self.environment = environment
        self.findings = findings
        self.probe = probe

    @property
    def allowed(self) -> bool:
        """Whether the proxy may start: there are no findings, or this is not production."""
        return not (self.environment.is_production and self.findings)

    @property
    def needs_warning(self) -> bool:
        """Whether a proxy that may start should log the report as a warning."""
        return bool(self.findings) or self.probe.status == FAILED

    def __repr__(self) -> str:
        return f"<Report {'allowed' if self.allowed else 'refused'}: {list(self.findings)}>"


def render_text(report: Report) -> str:
    """Render *report* as text: the verdict, the environment, and each finding with its remedy."""
    lines = [f"proxy-guard: {_render_verdict(report)}"]
    kind = "production" if report.environment.is_production else "not production"
    lines.append(f"  environment: {kind} ({report.environment.reason})")
    for finding in report.findings:
        lines += [f"  [{finding.code}] {finding.what}", f"    remedy: {finding.remedy}"]
    lines.append(f"  probe: {report.probe.status} ({report.probe.detail})")
    return "\n".join(lines)


def build_document(report: Report) -> dict[str, object]:
    """Build the JSON document of *report*. Later versions may add members but rename none."""
    return {
        "allowed": report.allowed,
        "environment": {
            "is_production": report.environment.is_production,
            "reason": report.environment.reason,
            "variable": report.environment.variable,
        },
        "findings": [
            {
                "code": finding.code,
                "variable": finding.variable,
                "what": finding.what,
                "remedy": finding.remedy,
            }
            for finding in report.findings
        ],
        "probe": {"status": report.probe.status, "detail": report.probe.detail},
    }


def _render_verdict(report: Report) -> str:
    if not report.allowed:
        return "REFUSED, this configuration must not run in production"
    if report.findings:
        return "allowed, but production would refuse this configuration"
    return "allowed"
