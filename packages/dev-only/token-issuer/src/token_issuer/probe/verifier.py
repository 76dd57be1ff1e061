# DEV-ONLY: never ship to production.
"""The probe of a verifier: the baseline, then the token part, then the key part."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from token_issuer.probe.baseline import BASELINE_CHECKS, check_baseline
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.key_endpoint.key_checks import KEY_CHECKS, MAX_KEY_PART_S, check_keys
from token_issuer.probe.polling import accepts_good_token
from token_issuer.probe.reproduction import Reproduction
from token_issuer.probe.results import Check, Command, Finding, Outcome, Part
from token_issuer.probe.selection import Selection, build_names
from token_issuer.probe.target.client import Target
from token_issuer.probe.timing import Timer, Timing
from token_issuer.probe.tokens.attacker_fetches import ATTACKER_KEYS
from token_issuer.probe.tokens.token_checks import check_tokens
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS

_MAX_PARTS_S: Final = 57.0  # of the token part and the key part together
_MIN_KEY_PART_S: Final = 20.0

NAMES: Final[Mapping[str, frozenset[str]]] = build_names(
    {
        Part.BASELINE: BASELINE_CHECKS,
        Part.TOKENS: (*TOKEN_DEFECTS, ATTACKER_KEYS),
        Part.KEYS: KEY_CHECKS,
    },
    TOKEN_DEFECTS.values(),
)
"""The ids of the checks that each part, group and id names."""


@dataclass(frozen=True, slots=True)
class VerifierProbe:
    """A probe of a service that verifies tokens.

    Attributes:
        target: The URL to probe.
        issuer: The issuer that the target trusts.
        selection: The selected checks.
        wait_s: Time limit until the target accepts the first good token, in seconds.
    """

    target: Target
    issuer: IssuerClient
    selection: Selection
    wait_s: float

    @property
    def command(self) -> Command:
        """The command that probes."""
        return Command.PROBE

    @property
    def url(self) -> str:
        """The URL to probe."""
        return self.target.url

    @property
    def timing(self) -> Timing:
        """Clock and sleep of the probe."""
        return self.target.timing

    def check_baseline(
        self, report: Callable[[Check], None]
    ) -> tuple[list[Check], list[Finding], str]:
        """Check that the target accepts a good token and rejects a missing or malformed one."""
        return check_baseline(self.target, self.issuer, wait_s=self.wait_s, report=report)

    def check_parts(
        self, report: Callable[[Check], None]
    ) -> Iterator[tuple[list[Check], list[Finding]]]:
        """Run the token part, then the key part."""
        since_baseline = self.timing.start_timer()
        yield check_tokens(self.target, self.issuer, select=self.selection.includes, report=report)
        yield self._check_keys(report, since_baseline)

    def describe_reproduction(self, check: str) -> str:
        """Return a shell command line that repeats the requests of the check with this id."""
        return Reproduction(self.target, self.issuer).describe(check)

    def _check_keys(
        self, report: Callable[[Check], None], since_baseline: Timer
    ) -> tuple[list[Check], list[Finding]]:
        if accepts_good_token(self.target, self.issuer):
            remaining_s = max(_MAX_PARTS_S - since_baseline.seconds, _MIN_KEY_PART_S)
            return check_keys(
                self.target,
                self.issuer,
                select=self.selection.includes,
                report=report,
                budget_s=min(remaining_s, MAX_KEY_PART_S),
            )
        response = self.target.send(self.issuer.mint().authorization)
        check = Check(
            part=Part.KEYS,
            id="keys",
            title="how the target fetches its keys",
            outcome=Outcome.SKIPPED,
            observed=f"the target no longer accepts a good token: {response.describe()}",
        )
        report(check)
        return [check], []
