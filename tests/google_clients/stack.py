"""The issuer that the clients trust, another one, and what `token-issuer google` runs them with."""

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from tests import patient_http
from tests.conftest import ISSUER_COMMAND
from tests.machine import run
from tests.services import Start, read_clean_environ

AUDIENCE: Final = "https://service.example"
PROJECT: Final = "dev-only-project"
FIREBASE_USER: Final = "alice"
_SESSION_ISSUER: Final = f"https://session.firebase.google.com/{PROJECT}"
_DOMAIN: Final = f"{PROJECT}.iam.gserviceaccount.com"
_APP: Final = f"app@{_DOMAIN}"
IMPERSONATED: Final = f"reports@{_DOMAIN}"
ACCOUNTS: Final = {
    "metadata-access-token": f"dev-only@{_DOMAIN}",
    "metadata-id-token": f"dev-only@{_DOMAIN}",
    "service-account-access-token": _APP,
    "service-account-id-token": _APP,
    "external-account-for-service-account": IMPERSONATED,
    "impersonated-access-token": IMPERSONATED,
    "impersonated-id-token": IMPERSONATED,
}
"""The account that owns the token of a flow; an external account has none."""
_PROVIDER: Final = (
    "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/dev"
    "/providers/partner"
)
_PROFILES: Final = f"""\
[issuers.partner]

[users.{FIREBASE_USER}]
sub = "{FIREBASE_USER}"

[workload_identity."{_PROVIDER}"]
issuer = "partner"
"""
_IDENTITY_PATH: Final = "/computeMetadata/v1/instance/service-accounts/default/identity"
_IMPERSONATION_URL: Final = (
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts"
    f"/{IMPERSONATED}:generateAccessToken"
)
_TIMEOUT_S: Final = 100

Results = Mapping[str, Any]


class ProgramError(Exception):
    """A program ended with an error; the message is its output."""


@dataclass(frozen=True)
class Stack:
    """A running issuer, and the programs that trust it.

    Attributes:
        url: Base URL of the issuer.
        key_file: The key file of `IMPERSONATED`, which names the issuer.
        variables: What tells the programs what to do.
    """

    url: str
    key_file: Path
    variables: Mapping[str, str]

    @property
    def environ(self) -> dict[str, str]:
        """The environment of `token-issuer google`."""
        return {**read_clean_environ(), **self.variables}

    def run(self, command: Sequence[str | Path], *, without: Iterable[str] = ()) -> Results:
        """Run a program, and return what it prints.

        Args:
            command: The program.
            without: Variables of `token-issuer google` that it does not get.

        Raises:
            ProgramError: The program fails.
        """
        unset = [f"--unset={name}" for name in without]
        results: Results = json.loads(self.run_raw(["env", *unset, *command]))
        return results

    def run_raw(self, command: Sequence[str | Path]) -> str:
        """Run a command under `token-issuer google`, and return its output.

        Raises:
            ProgramError: The command fails.
        """
        outcome = subprocess.run(
            [ISSUER_COMMAND, "google", "--url", self.url, "--", *command],
            env=self.environ, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
        if outcome.returncode:
            message = f"{command[-1]}: exit status {outcome.returncode}: {outcome.stderr}"
            raise ProgramError(message)
        return outcome.stdout

    def read_token(self, kind: str, token: str) -> Mapping[str, Any]:
        """Return what the issuer says about its *token*, an `access_token` or an `id_token`."""
        answer = patient_http.get(f"{self.url}/oauth2/v3/tokeninfo", params={kind: token})
        assert answer.status_code == 200, answer.text
        content: Mapping[str, Any] = answer.json()
        return content

    def exchange_custom_token(self, token: str) -> Mapping[str, Any]:
        """Log in to Firebase with a custom token, and return what the ID token contains."""
        answer = patient_http.post(
            f"{self.url}/v1/accounts:signInWithCustomToken",
            json={"token": token, "returnSecureToken": True},
        )
        assert answer.status_code == 200, answer.text
        return self.read_token("id_token", answer.json()["idToken"])


def start_stack(start: Start, folder: Path) -> Stack:
    """Start the issuer, and another one with the same names and other keys.

    Args:
        start: Starts an issuer.
        folder: Empty folder, for the credentials of the programs.
    """
    profiles, accounts = folder / "profiles.toml", folder / "accounts"
    profiles.write_text(_PROFILES, encoding="utf-8")
    accounts.mkdir()
    url = start(
        TOKEN_ISSUER_PROFILE="google",
        TOKEN_ISSUER_PROFILES=str(profiles),
        TOKEN_ISSUER_SERVICE_ACCOUNTS=str(accounts),
    ).url
    other_url = start(TOKEN_ISSUER_PROFILE="google").url
    key_file = accounts / "reports.json"
    make_service_account(key_file, IMPERSONATED, url)
    variables = {
        "AUDIENCE": AUDIENCE,
        "PROJECT": PROJECT,
        "IMPERSONATED": IMPERSONATED,
        **make_tokens(url),
        **{f"FOREIGN_{name}": token for name, token in make_tokens(other_url).items()},
        "SERVICE_ACCOUNT_FILE": make_service_account(
            accounts / "app.json", _APP, "https://oauth2.googleapis.com"
        ),
        "FOREIGN_SERVICE_ACCOUNT_FILE": make_service_account(folder / "app.json", _APP, url),
        **make_external_accounts(url, folder),
    }
    return Stack(url, key_file, variables)


def make_tokens(url: str) -> dict[str, str]:
    """Return tokens of an issuer by the names of their variables."""
    return {
        "ID_TOKEN": mint(url, profile="google", aud=AUDIENCE),
        "IAP_TOKEN": mint(url, profile="iap", aud=AUDIENCE),
        "FIREBASE_TOKEN": mint(url, profile="firebase", sub=FIREBASE_USER),
        "SESSION_COOKIE": mint(url, profile="firebase", iss=_SESSION_ISSUER, sub=FIREBASE_USER),
    }


def mint(url: str, **fields: object) -> str:
    """Return a token."""
    answer = patient_http.post(f"{url}/token", json=fields, headers={"Accept": "text/plain"})
    assert answer.status_code == 200, answer.text
    return answer.text


def make_service_account(path: Path, email: str, url: str) -> str:
    """Write a key file whose token endpoint is below *url*, and return its path."""
    run(ISSUER_COMMAND, "make-service-account", path, "--email", email, "--url", url)
    return str(path)


def make_external_accounts(url: str, folder: Path) -> dict[str, str]:
    """Write the files of external accounts, whose subject token is in a file or at a URL."""
    audience = f"https:{_PROVIDER}"
    token = folder / "subject-token"
    token.write_text(mint(f"{url}/partner", aud=audience, sub="build"), encoding="ascii")
    in_file = {"credential_source": {"file": str(token)}}
    at_url = {
        "url": f"{url}/partner{_IDENTITY_PATH}?{urlencode({'audience': audience})}",
        "headers": {"Metadata-Flavor": "Google"},
    }
    accounts: dict[str, dict[str, Any]] = {
        "EXTERNAL_FILE": in_file,
        "EXTERNAL_URL_FILE": {"credential_source": at_url},
        "EXTERNAL_IMPERSONATION_FILE": in_file
        | {"service_account_impersonation_url": _IMPERSONATION_URL},
    }
    for name, account in accounts.items():
        content = {
            "type": "external_account",
            "audience": _PROVIDER,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": "https://sts.googleapis.com/v1/token",
            **account,
        }
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return {name: str(folder / f"{name}.json") for name in accounts}
