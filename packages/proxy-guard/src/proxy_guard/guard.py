"""Checks of a configuration at boot: `check` reports, `enforce` refuses to start."""

from __future__ import annotations

from proxy_guard.environment import classify, current_environ
from proxy_guard.errors import GuardRefusedError
from proxy_guard.findings import PROBE_FAILED, Finding
from proxy_guard.report import FAILED, SKIPPED, ProbeOutcome, Report, render_text
from proxy_guard.rules import JWKS_URI_VARIABLE, RULES
from proxy_guard.urls import is_unset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def check(
    environ: Mapping[str, str] | None = None, *, probe: bool = True, require_probe: bool = False
) -> Report:
    """Judge a configuration without acting on it.

    Args:
        environ: The environment variables of the proxy; by default those of this process.
        probe: Whether to fetch `JWT_JWKS_URI` and look at the keys there; takes at most 2 s. Where
            nothing is set, or the values themselves are refused, nothing is fetched.
        require_probe: Whether it is a finding when there were no keys to look at.
    """
    environ = current_environ() if environ is None else environ
    findings = [finding for rule in RULES for finding in rule(environ)]
    outcome = _skip_probe(environ, findings, is_wanted=probe)
    if outcome is None:
        from proxy_guard.probe import run_probe  # noqa: PLC0415  # HTTP and TLS are 60 ms of imports

        outcome, probed = run_probe(environ[JWKS_URI_VARIABLE])
        findings += probed
        if outcome.status == FAILED and require_probe:
            findings.append(
                Finding(PROBE_FAILED, variable=JWKS_URI_VARIABLE, detail=outcome.detail)
            )
    return Report(classify(environ), tuple(findings), outcome)


def enforce(
    environ: Mapping[str, str] | None = None, *, probe: bool = True, require_probe: bool = False
) -> None:
    """Refuse to go on when a production proxy is configured against the dev-only token issuer.

    Call it first thing at boot. Outside production it returns without a request to anywhere, and
    logs what production would refuse as a warning. Keys that cannot be fetched are a warning, too.

    Args:
        environ: The environment variables of the proxy; by default those of this process.
        probe: Whether to fetch `JWT_JWKS_URI` in production and look at the keys there; takes at
            most 2 s.
        require_probe: Whether production is refused when there were no keys to look at.

    Raises:
        GuardRefusedError: the configuration must not run in production; the message is the report.
    """
    report = check_or_raise(environ, probe=probe, require_probe=require_probe)
    if report.needs_warning:
        import logging  # noqa: PLC0415  # 10 ms that a clean start does not pay

        logging.getLogger("proxy_guard").warning("%s", render_text(report))


def check_or_raise(
    environ: Mapping[str, str] | None = None, *, probe: bool = True, require_probe: bool = False
) -> Report:
    """Check *environ* and raise if it must not start; outside production, fetch nothing.

    Raises:
        GuardRefusedError: the configuration must not run in production; the message is the report.
    """
    environ = current_environ() if environ is None else environ
    is_wanted = probe and classify(environ).is_production
    report = check(environ, probe=is_wanted, require_probe=require_probe)
    if not report.allowed:
        raise GuardRefusedError(report.findings, render_text(report))
    return report


def _skip_probe(
    environ: Mapping[str, str], findings: list[Finding], *, is_wanted: bool
) -> ProbeOutcome | None:
    """Return the reason for not fetching the keys, or None if they are to be fetched."""
    if is_unset(environ.get(JWKS_URI_VARIABLE, "")):
        return ProbeOutcome(SKIPPED, f"{JWKS_URI_VARIABLE} is not set")
    if findings:
        return ProbeOutcome(SKIPPED, "nothing is fetched with values that are refused")
    return None if is_wanted else ProbeOutcome(SKIPPED, "it was not asked for")
