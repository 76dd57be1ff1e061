# DEV-ONLY: never ship to production.
"""Shell command lines that prepare the login of a finding, and the URLs to open afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from token_issuer.paths import ADMIN_FAULTS_PATH, ADMIN_LOGINS_PATH, ADMIN_ROTATE_PATH
from token_issuer.probe.curl import describe_call, describe_fault
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.logins.attempts import RelyingParty
from token_issuer.probe.logins.key_checks import KEY_CHECKS, KEY_FAULTS
from token_issuer.tokens.defects.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class LoginReproduction:
    """Builds the command lines for one application and its issuer."""

    party: RelyingParty
    issuer: IssuerClient

    def describe(self, check: str) -> str:
        """Return the command line for the check with this id.

        Its comment, which a shell ignores, names the pages to open in a private window.
        """
        pages = f"open {self.party.login_url} in a private window, then {self.party.page_url}"
        return f"{'; '.join(self._prepare(check))}  # then {pages}"

    def _prepare(self, check: str) -> Sequence[str]:
        defect = CATALOGUE.get(check)
        plan = describe_call(
            self.issuer,
            "POST",
            ADMIN_LOGINS_PATH,
            self.party.plans.build(None if defect is None else defect.id),
        )
        if defect is not None and defect.fault:
            return describe_fault(self.issuer, {"kind": defect.fault}), plan
        if check not in KEY_CHECKS:
            return (plan,)
        rotate = describe_call(self.issuer, "POST", ADMIN_ROTATE_PATH, {"lead": "0s"})
        if check not in KEY_FAULTS:
            return rotate, plan
        end = f"{describe_call(self.issuer, 'DELETE', ADMIN_FAULTS_PATH)}"
        return end, describe_fault(self.issuer, KEY_FAULTS[check]), rotate, plan
