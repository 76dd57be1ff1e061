"""Checks of a configuration at boot: `check` returns a report, `enforce` raises an error."""

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
    """Check a configuration and return the report, whatever the verdict.

    Args:
        environ: The environment variables of the proxy; by default those of this process.
        probe: Whether to fetch `JWT_JWKS_URI` and check its keys, for at most 2 s. The probe is
            skipped if the variable is unset or the variables already have findings.
        require_probe: Whether it is a finding if no key could be fetched.

    Example:
        >>> import proxy_guard
        >>> report = proxy_guard.check({"JWT_JWKS_URI": "http://localhost:8081/keys"})
        >>> report.allowed
        False
        >>> report.findings
        (<Finding local_dev_port in JWT_JWKS_URI>,)
    """
    environ = current_environ() if environ is None else environ
    found = {finding.what: finding for rule in RULES for finding in rule(environ)}
    findings = list(found.values())
    outcome = _skip_probe(environ, findings, is_wanted=probe)
    if outcome is None:
        from proxy_guard.probe.probe import run_probe  # noqa: PLC0415  # importing HTTP and TLS takes 60 ms

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
    """Raise an error if a production proxy would trust the dev-only token issuer.

    Call it before anything else at boot. Outside production it makes no request, and logs what
    production would refuse as a warning. Keys that cannot be fetched are also logged as a warning.

    Args:
        environ: The environment variables of the proxy; by default those of this process.
        probe: Whether to fetch `JWT_JWKS_URI` in production and check its keys, for at most 2 s.
        require_probe: Whether to refuse production if no key could be fetched.

    Raises:
        GuardRefusedError: the configuration must not run in production; the message is the report.

    Example:
        >>> import proxy_guard
        >>> proxy_guard.enforce({"JWT_JWKS_URI": "http://localhost:8081/keys"})
        Traceback (most recent call last):
            ...
        proxy_guard.errors.GuardRefusedError: proxy-guard: REFUSED, ...
    """
    report = check_or_raise(environ, probe=probe, require_probe=require_probe)
    if report.needs_warning:
        import logging  # noqa: PLC0415  # imported only for a warning; takes 10 ms

        logging.getLogger("proxy_guard").warning("%s", render_text(report))


def check_or_raise(
    environ: Mapping[str, str] | None = None, *, probe: bool = True, require_probe: bool = False
) -> Report:
    """Check *environ* and raise an error if it is refused. Outside production, fetch nothing.

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
    """Return the outcome if the probe is skipped, or None if it must run."""
    if is_unset(environ.get(JWKS_URI_VARIABLE, "")):
        return ProbeOutcome(SKIPPED, f"{JWKS_URI_VARIABLE} is not set")
    if findings:
        return ProbeOutcome(SKIPPED, "a refused configuration is not probed")
    return None if is_wanted else ProbeOutcome(SKIPPED, "it was not requested")
