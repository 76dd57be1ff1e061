# DEV-ONLY: never ship to production.
"""The probe of an application: the baseline, its request, defective logins, then the keys."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.logins.attempts import Attempt, RelyingParty
from token_issuer.probe.logins.baseline import BASELINE_CHECKS, check_baseline
from token_issuer.probe.logins.key_checks import KEY_CHECKS, MAX_NEW_KEY_S, KeyChecks
from token_issuer.probe.logins.login_checks import ID_TOKEN_CHECKS, LOGIN_CHECKS, LoginChecks
from token_issuer.probe.logins.reproduction import LoginReproduction
from token_issuer.probe.logins.request_lint import REQUEST_CHECKS, lint_request
from token_issuer.probe.logins.rulings import Facts
from token_issuer.probe.results import Check, Command, Finding, Part, Reaction
from token_issuer.probe.selection import Selection, build_names
from token_issuer.probe.timing import Timer, Timing
from token_issuer.tokens.defects.catalogue import CATALOGUE

_MAX_PARTS_S: Final = 57.0  # of all parts after the baseline
_MIN_KEY_PART_S: Final = 15.0
_UNREADABLE: Final = "payload-not-json"

NAMES: Final[Mapping[str, frozenset[str]]] = build_names(
    {
        Part.BASELINE: BASELINE_CHECKS,
        Part.REQUEST: REQUEST_CHECKS,
        Part.LOGINS: LOGIN_CHECKS,
        Part.TOKENS: ID_TOKEN_CHECKS,
        Part.KEYS: KEY_CHECKS,
    },
    (CATALOGUE[id_] for id_ in (*LOGIN_CHECKS, *ID_TOKEN_CHECKS)),
)
"""The ids of the checks that each part, group and id names."""


@dataclass
class LoginProbe:
    """A probe of an application that logs users in.

    Attributes:
        party: The application.
        issuer: The issuer that it trusts.
        selection: The selected checks.
        wait_s: Time limit until the first good login succeeds, in seconds.
    """

    party: RelyingParty
    issuer: IssuerClient
    selection: Selection
    wait_s: float
    _good: Attempt | None = field(default=None, init=False)
    _fetches_before: int = field(default=0, init=False)

    @property
    def command(self) -> Command:
        """The command that probes."""
        return Command.PROBE_LOGIN

    @property
    def url(self) -> str:
        """The URL at which logins start."""
        return self.party.login_url

    @property
    def timing(self) -> Timing:
        """Clock and sleep of the probe."""
        return self.party.timing

    def check_baseline(
        self, report: Callable[[Check], None]
    ) -> tuple[list[Check], list[Finding], str]:
        """Check that a good login works, and that only a good login does."""
        self._fetches_before = self.issuer.count_key_fetches()
        checks, stopped, self._good = check_baseline(
            self.party, issuer_url=self.issuer.url, wait_s=self.wait_s, report=report
        )
        return checks, [], stopped

    def check_parts(
        self, report: Callable[[Check], None]
    ) -> Iterator[tuple[list[Check], list[Finding]]]:
        """Check the request, defective logins, defective ID tokens, and the use of the keys."""
        record = self._good.record if self._good is not None else None
        request = record.request if record is not None else {}
        select, timer = self.selection.includes, self.timing.start_timer()
        yield _collect(lint_request(request, select=select), report)
        if not any(map(select, (*LOGIN_CHECKS, *ID_TOKEN_CHECKS, *KEY_CHECKS))):
            return
        uses_keys = self._find_out_about_keys()
        facts = Facts(uses_keys, self._find_out_about_id_tokens(), request)
        logins = LoginChecks(self.party, self.issuer, facts)
        checks, findings = _collect(logins.run(select), report)
        positions = {id_: n for n, id_ in enumerate((*LOGIN_CHECKS, *ID_TOKEN_CHECKS))}
        yield sorted(checks, key=lambda check: positions[check.id]), findings
        if logins.is_alive:
            yield self._check_keys(uses_keys, timer, report)

    def describe_reproduction(self, check: str) -> str:
        """Return a shell command line that prepares the login of the check with this id."""
        return LoginReproduction(self.party, self.issuer).describe(check)

    def _find_out_about_keys(self) -> bool:
        """Tell whether the application fetches the keys of the issuer, if need be with a new key.

        An application that was running before may have them already.
        """
        if self.issuer.count_key_fetches() > self._fetches_before:
            return True
        self.issuer.rotate()
        attempt = self.party.poll_login(MAX_NEW_KEY_S)
        is_fetched = self.issuer.count_key_fetches() > self._fetches_before
        return is_fetched or attempt.reaction is not Reaction.ACCEPTED

    def _find_out_about_id_tokens(self) -> bool:
        """Tell whether the application reads ID tokens: it rejects one that cannot be read."""
        return self.party.log_in(_UNREADABLE).reaction is not Reaction.ACCEPTED

    def _check_keys(
        self, uses_keys: bool, timer: Timer, report: Callable[[Check], None]
    ) -> tuple[list[Check], list[Finding]]:
        budget_s = max(_MAX_PARTS_S - timer.seconds, _MIN_KEY_PART_S)
        checks = KeyChecks(self.party, self.issuer, uses_keys, budget_s)
        return checks.run(self.selection.includes, report)


def _collect(
    results: Iterable[tuple[Check, Finding | None]], report: Callable[[Check], None]
) -> tuple[list[Check], list[Finding]]:
    checks: list[Check] = []
    findings: list[Finding] = []
    for check, finding in results:
        report(check)
        checks.append(check)
        if finding is not None:
            findings.append(finding)
    return checks, findings
