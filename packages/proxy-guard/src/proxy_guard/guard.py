"""The guard itself: look at an environment, and refuse what must not run in production."""

from __future__ import annotations

from proxy_guard.environment import classify, current_environ
from proxy_guard.errors import GuardRefusedError
from proxy_guard.report import Report, render_text
from proxy_guard.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def check(environ: Mapping[str, str] | None = None) -> Report:
    """Judge a configuration without acting on it.

    Args:
        environ: The environment variables of the proxy; by default those of this process.
    """
    environ = current_environ() if environ is None else environ
    findings = tuple(finding for rule in RULES for finding in rule(environ))
    return Report(classify(environ), findings)


def enforce(environ: Mapping[str, str] | None = None) -> None:
    """Refuse to go on when a production proxy is configured against the dev-only token issuer.

    Call it first thing at boot. Outside production it returns, and logs what production would
    refuse as a warning.

    Args:
        environ: The environment variables of the proxy; by default those of this process.

    Raises:
        GuardRefusedError: the configuration must not run in production; the message is the report.
    """
    report = check(environ)
    if not report.allowed:
        raise GuardRefusedError(report.findings, render_text(report))
    if report.findings:
        import logging  # noqa: PLC0415  # 10 ms that production never pays

        logging.getLogger("proxy_guard").warning("%s", render_text(report))
