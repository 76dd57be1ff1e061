# DEV-ONLY: never ship to production.
"""Machines of one issuer with two clocks, and a service account that signs assertions."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from jwt_core import Algorithm, SigningKey, decode_private_pem, sign
from token_issuer.config.keywords import parse_keywords
from token_issuer.google.key_files import encode_key_file
from token_issuer.google.machine_tokens import MachineAccess, find_machine_access
from token_issuer.google.machines import Machines
from token_issuer.google.service_accounts import ServiceAccounts
from token_issuer.keys.service import KeyService
from token_issuer.oauth.provider import Provider
from token_issuer.timing.clock import Clock
from token_issuer.tokens.issuer import Issuer

URL: Final = "http://issuer.test:8081"
EMAIL: Final = "app@dev-only-project.iam.gserviceaccount.com"
OTHER_EMAIL: Final = "other@dev-only-project.iam.gserviceaccount.com"
DEFAULT_EMAIL: Final = "dev-only@dev-only-project.iam.gserviceaccount.com"
CLOUD: Final = "https://www.googleapis.com/auth/cloud-platform"
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="session")
def key_files() -> Mapping[str, dict[str, Any]]:
    """Return the key files of two accounts, by email; generated once, which is slow."""
    accounts = ServiceAccounts(default_email=DEFAULT_EMAIL, url=URL)
    return {email: accounts.add(email) for email in (EMAIL, OTHER_EMAIL)}


@pytest.fixture(scope="session")
def key_directory(
    key_files: Mapping[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    directory = tmp_path_factory.mktemp("accounts")
    for email, document in key_files.items():
        (directory / f"{email}.json").write_bytes(encode_key_file(document))
    return directory


def read_key(key_file: Mapping[str, Any]) -> SigningKey:
    return decode_private_pem(
        key_file["private_key"].encode(),
        kid=key_file["private_key_id"],
        algorithm=Algorithm.RS256,
    )


@dataclass
class Agency:
    """The machines of an issuer, and the service account `EMAIL`."""

    machines: Machines
    issuer: Issuer
    key_file: Mapping[str, Any]
    key: SigningKey
    start: datetime
    ahead: timedelta = timedelta(0)
    elapsed_s: float = 1000.0

    read_key = staticmethod(read_key)

    @property
    def now(self) -> datetime:
        return self.start + self.ahead

    @property
    def second(self) -> int:
        return int(self.now.timestamp())

    def wait(self, **duration: float) -> None:
        """Let time pass, by both clocks."""
        self.ahead += timedelta(**duration)
        self.elapsed_s += timedelta(**duration).total_seconds()

    def build_claims(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of a good assertion with *changes*; None leaves a claim out."""
        claims = {
            "iss": EMAIL, "aud": f"{URL}/token", "scope": CLOUD,
            "iat": self.second, "exp": self.second + 3600,
        }  # fmt: skip
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def sign(self, *, headers: Mapping[str, Any] | None = None, **changes: Any) -> str:
        return sign(self.build_claims(**changes), self.key, headers=headers)

    def send(self, assertion: str, *more: tuple[str, str]) -> Any:
        pairs = [("grant_type", JWT_BEARER), ("assertion", assertion), *more]
        return self.machines.exchange_assertion(pairs, self.now, base_url=URL)

    def exchange(self, **changes: Any) -> Any:
        return self.send(self.sign(**changes))

    def open(self, token: Any) -> MachineAccess | None:
        text = getattr(token, "access_token", token)
        return find_machine_access(self.machines.state, text, self.now)

    def call(self, method: str, token: str | None = None, email: str = EMAIL, **body: Any) -> Any:
        tokens = [self.exchange().access_token if token is None else token]
        data = json.dumps(body).encode()
        return self.machines.call_iam(method, email, tokens, data, self.now)

    def read(self, token: object) -> dict[str, Any]:
        """Return the claims of a JWT that a published key of the issuer has signed."""
        keys = KeySet.import_key_set(json.loads(self.issuer.keys.view.jwks.body))
        return dict(jwt.decode(str(token), keys, algorithms=["RS256"]).claims)


BuildAgency = Callable[..., Agency]


@pytest.fixture
def build_agency(
    keys: KeyService,
    now: datetime,
    key_directory: Path,
    key_files: Mapping[str, dict[str, Any]],
) -> BuildAgency:
    """Return a function that builds the machines of an issuer from settings."""

    def build(others: tuple[Issuer, ...] = (), **keywords: Any) -> Agency:
        settings = parse_keywords({"service_accounts": [key_directory], **keywords})
        agency: Agency
        issuer = Issuer(settings, keys, Clock(lambda: agency.now), url=URL)
        provider = Provider(issuer, lambda: agency.elapsed_s)
        machines = Machines(provider, (issuer, *others), lambda: agency.elapsed_s)
        key_file = key_files[EMAIL]
        agency = Agency(machines, issuer, key_file, read_key(key_file), now)
        return agency

    return build


@pytest.fixture
def agency(build_agency: BuildAgency) -> Agency:
    return build_agency()
