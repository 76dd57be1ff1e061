"""Google's client libraries, and the flows that each of them runs.

A program of each language runs the flows of its libraries under `token-issuer google`. It prints
one JSON object, which maps the name of a library to its version and its flows, and each flow to
`{"result": …}` or `{"refused": message}`. Nothing but these variables tells it what to do:

- `AUDIENCE`, `PROJECT`, `IMPERSONATED`: audience of tokens, Firebase project, an account;
- `ID_TOKEN`, `IAP_TOKEN`, `FIREBASE_TOKEN`, `SESSION_COOKIE`: tokens to verify;
- `SERVICE_ACCOUNT_FILE`: the key file of a service account;
- `EXTERNAL_FILE`, `EXTERNAL_URL_FILE`, `EXTERNAL_IMPERSONATION_FILE`: external accounts, whose
  subject token is in a file or at a URL; the last one acts for a service account;
- `FOREIGN_…`: the tokens and the key file of an issuer that the program must not trust.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.google_clients import installing


class Outcome(StrEnum):
    """What a flow gives to the application."""

    CLAIMS = "claims"
    ACCESS_TOKEN = "access token"
    ID_TOKEN = "ID token"
    CUSTOM_TOKEN = "custom token"


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A flow, as applications use it in production.

    Attributes:
        title: What the application does.
        outcome: What it gets.
        refusal: If the library is also given a token or a key of another issuer, in a flow whose
            name begins with `foreign-`, parts of its message; none if each library words its own.
    """

    title: str
    outcome: Outcome
    refusal: tuple[str, ...] | None = None


FLOWS: Final[Mapping[str, Flow]] = {
    "id-token": Flow(title="verify an ID token", outcome=Outcome.CLAIMS, refusal=()),
    "iap-token": Flow(
        title="verify the token of Identity-Aware Proxy", outcome=Outcome.CLAIMS, refusal=()
    ),
    "firebase-token": Flow(title="verify a Firebase ID token", outcome=Outcome.CLAIMS, refusal=()),
    "session-cookie": Flow(
        title="verify a Firebase session cookie", outcome=Outcome.CLAIMS, refusal=()
    ),
    "unrevoked-firebase-token": Flow(
        title="verify a Firebase ID token, and that it is not revoked", outcome=Outcome.CLAIMS
    ),
    "created-session-cookie": Flow(
        title="create a Firebase session cookie, and verify it", outcome=Outcome.CLAIMS
    ),
    "custom-token": Flow(
        title="create a Firebase custom token with a key file", outcome=Outcome.CUSTOM_TOKEN
    ),
    "custom-token-without-key": Flow(
        title="create a Firebase custom token without a key file", outcome=Outcome.CUSTOM_TOKEN
    ),
    "metadata-access-token": Flow(
        title="get an access token of the metadata server", outcome=Outcome.ACCESS_TOKEN
    ),
    "metadata-id-token": Flow(
        title="get an ID token of the metadata server", outcome=Outcome.ID_TOKEN
    ),
    "service-account-access-token": Flow(
        title="get an access token with the key file of a service account",
        outcome=Outcome.ACCESS_TOKEN,
        refusal=("invalid_grant", "Invalid JWT Signature"),
    ),
    "service-account-id-token": Flow(
        title="get an ID token with the key file of a service account", outcome=Outcome.ID_TOKEN
    ),
    "external-account-of-a-file": Flow(
        title="exchange a token in a file (workload identity federation)",
        outcome=Outcome.ACCESS_TOKEN,
    ),
    "external-account-of-a-url": Flow(
        title="exchange a token at a URL (workload identity federation)",
        outcome=Outcome.ACCESS_TOKEN,
    ),
    "external-account-for-service-account": Flow(
        title="exchange a token for that of a service account", outcome=Outcome.ACCESS_TOKEN
    ),
    "impersonated-access-token": Flow(
        title="get an access token of another service account", outcome=Outcome.ACCESS_TOKEN
    ),
    "impersonated-id-token": Flow(
        title="get an ID token of another service account", outcome=Outcome.ID_TOKEN
    ),
}

FOREIGN: Final = "foreign-"


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language, and its program.

    Attributes:
        install: Installs the program and its libraries.
        command: Returns the command that runs it.
        libraries: For each library, by which call it runs which flow.
    """

    install: Callable[[], None]
    command: Callable[[], Sequence[str | Path]]
    libraries: Mapping[str, Mapping[str, str]]

    def list_flows(self) -> list[tuple[str, str]]:
        """Return each library with each of its flows, the refused ones included."""
        return [
            (library, name)
            for library, calls in self.libraries.items()
            for flow in calls
            for name in (flow, FOREIGN + flow)
            if name == flow or FLOWS[flow].refusal is not None
        ]


LANGUAGES: Final[Mapping[str, Language]] = {
    "Python": Language(
        install=installing.install_python,
        command=lambda: (installing.PYTHON, installing.HERE / "python/client.py"),
        libraries={
            "google-auth": {
                "id-token": "id_token.verify_oauth2_token",
                "iap-token": "id_token.verify_token(certs_url=…)",
                "firebase-token": "id_token.verify_firebase_token",
                "metadata-access-token": "compute_engine.Credentials",
                "metadata-id-token": "id_token.fetch_id_token",
                "service-account-access-token": "service_account.Credentials",
                "service-account-id-token": "id_token.fetch_id_token",
                "external-account-of-a-file": "identity_pool.Credentials",
                "external-account-of-a-url": "identity_pool.Credentials",
                "external-account-for-service-account": "identity_pool.Credentials",
                "impersonated-access-token": "impersonated_credentials.Credentials",
                "impersonated-id-token": "impersonated_credentials.IDTokenCredentials",
            },
            "firebase-admin": {
                "firebase-token": "auth.verify_id_token",
                "session-cookie": "auth.verify_session_cookie",
                "unrevoked-firebase-token": "auth.verify_id_token(check_revoked=True)",
                "created-session-cookie": "auth.create_session_cookie",
                # Without a key file, it asks http://metadata.google.internal alone.
                "custom-token": "auth.create_custom_token",
            },
        },
    ),
    "Node": Language(
        install=installing.install_node,
        command=lambda: (installing.find_node(), installing.NODE_PROJECT / "client.mjs"),
        libraries={
            "google-auth-library": {
                "id-token": "OAuth2Client.verifyIdToken",
                "iap-token": "OAuth2Client.verifySignedJwtWithCertsAsync",
                "metadata-access-token": "GoogleAuth.getAccessToken",
                "metadata-id-token": "GoogleAuth.getIdTokenClient",
                "service-account-access-token": "JWT",
                "service-account-id-token": "GoogleAuth.getIdTokenClient",
                "external-account-of-a-file": "GoogleAuth.getClient",
                "external-account-of-a-url": "GoogleAuth.getClient",
                "external-account-for-service-account": "GoogleAuth.getClient",
                "impersonated-access-token": "Impersonated",
                "impersonated-id-token": "Impersonated.fetchIdToken",
            },
            "firebase-admin": {
                "firebase-token": "Auth.verifyIdToken",
                "session-cookie": "Auth.verifySessionCookie",
                "unrevoked-firebase-token": "Auth.verifyIdToken(…, true)",
                "created-session-cookie": "Auth.createSessionCookie",
                "custom-token": "Auth.createCustomToken",
                "custom-token-without-key": "Auth.createCustomToken",
                "service-account-access-token": "cert().getAccessToken",
            },
        },
    ),
    "Go": Language(
        install=installing.install_go,
        command=lambda: (installing.GO_CLIENT,),
        libraries={
            "cloud.google.com/go/auth": {
                "id-token": "idtoken.Validate",
                "iap-token": "idtoken.Validate",
                "metadata-access-token": "credentials.DetectDefault",
                "metadata-id-token": "idtoken.NewCredentials",
                "service-account-access-token": "credentials.NewCredentialsFromFile",
                "service-account-id-token": "idtoken.NewCredentialsFromFile",
                "external-account-of-a-file": "credentials.NewCredentialsFromFile",
                "external-account-of-a-url": "credentials.NewCredentialsFromFile",
                "external-account-for-service-account": "credentials.NewCredentialsFromFile",
                "impersonated-access-token": "impersonate.NewCredentials",
                "impersonated-id-token": "impersonate.NewIDTokenCredentials",
            },
            "google.golang.org/api": {
                "id-token": "idtoken.Validate",
                "iap-token": "idtoken.Validate",
                "metadata-id-token": "idtoken.NewTokenSource",
                "service-account-id-token": "idtoken.NewTokenSource",
            },
        },
    ),
    "Java": Language(
        install=installing.install_java,
        command=lambda: (
            *("java", "-XX:TieredStopAtLevel=1"),  # starts faster
            *("-cp", f"{installing.JAVA}/classes:{installing.JAVA}/dependency/*", "client.Client"),
        ),
        libraries={
            "google-auth-library-oauth2-http": {
                "id-token": "TokenVerifier",
                "iap-token": "TokenVerifier",
                "firebase-token": "TokenVerifier",
                "metadata-access-token": "ComputeEngineCredentials",
                "metadata-id-token": "IdTokenCredentials",
                "service-account-access-token": "ServiceAccountCredentials",
                "service-account-id-token": "IdTokenCredentials",
                "external-account-of-a-file": "IdentityPoolCredentials",
                "external-account-of-a-url": "IdentityPoolCredentials",
                "external-account-for-service-account": "IdentityPoolCredentials",
                "impersonated-access-token": "ImpersonatedCredentials",
                "impersonated-id-token": "IdTokenCredentials",
            },
        },
    ),
}
