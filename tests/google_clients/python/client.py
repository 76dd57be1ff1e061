"""Google's clients for Python: run each flow, and print the results as JSON.

Reads nothing but the environment, as `tests/google_clients/catalogue.py` describes it. Each call is
what an application does in production.
"""

import functools
import json
import os
import warnings
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib.metadata import version
from typing import Any, Final

import firebase_admin
from firebase_admin import auth
from google.auth import compute_engine, identity_pool, impersonated_credentials
from google.auth.transport.requests import Request
from google.oauth2 import id_token, service_account

AUDIENCE: Final = os.environ["AUDIENCE"]
PROJECT: Final = os.environ["PROJECT"]
IAP_KEYS: Final = "https://www.gstatic.com/iap/verify/public_key"
SCOPES: Final = ["https://www.googleapis.com/auth/cloud-platform"]

warnings.simplefilter("ignore")  # of the libraries, about themselves
request = Request()


def verify_id_token(name: str) -> Any:
    return id_token.verify_oauth2_token(os.environ[name], request, AUDIENCE)


def verify_iap_token(name: str) -> Any:
    return id_token.verify_token(os.environ[name], request, AUDIENCE, certs_url=IAP_KEYS)


def verify_firebase_token(name: str) -> Any:
    return id_token.verify_firebase_token(os.environ[name], request, PROJECT)


def fetch(credentials: Any) -> str:
    credentials.refresh(request)
    return str(credentials.token)


def read_service_account(name: str = "SERVICE_ACCOUNT_FILE") -> Any:
    path = os.environ[name]
    return service_account.Credentials.from_service_account_file(path, scopes=SCOPES)


def fetch_id_token() -> Any:
    """Fetch an ID token of the metadata server, which is used if no key file is named."""
    return id_token.fetch_id_token(request, AUDIENCE)


def fetch_id_token_with_key_file() -> Any:
    """Fetch an ID token with the key file that the usual variable names."""
    os.environ["GOOGLE_APPLICATION_CREDENTIALS"] = os.environ["SERVICE_ACCOUNT_FILE"]
    try:
        return id_token.fetch_id_token(request, AUDIENCE)
    finally:
        del os.environ["GOOGLE_APPLICATION_CREDENTIALS"]


def read_external_account(name: str) -> Any:
    return identity_pool.Credentials.from_file(os.environ[name], scopes=SCOPES)


def impersonate() -> Any:
    target = os.environ["IMPERSONATED"]
    return impersonated_credentials.Credentials(read_service_account(), target, SCOPES)


def impersonate_for_id_token() -> Any:
    return impersonated_credentials.IDTokenCredentials(impersonate(), AUDIENCE, include_email=True)


@functools.cache
def use_firebase() -> Any:
    certificate = firebase_admin.credentials.Certificate(os.environ["SERVICE_ACCOUNT_FILE"])
    return firebase_admin.initialize_app(certificate, {"projectId": PROJECT})


def verify_with_firebase(name: str, *, check_revoked: bool = False) -> Any:
    return auth.verify_id_token(os.environ[name], use_firebase(), check_revoked)


def verify_cookie(cookie: str) -> Any:
    return auth.verify_session_cookie(cookie, app=use_firebase())


def create_session_cookie() -> Any:
    hour = timedelta(hours=1)
    return verify_cookie(
        auth.create_session_cookie(os.environ["FIREBASE_TOKEN"], hour, use_firebase())
    )


def create_custom_token() -> str:
    return str(auth.create_custom_token("alice", app=use_firebase()), "ascii")


CLIENTS: Final[Mapping[str, Mapping[str, Callable[[], Any]]]] = {
    "google-auth": {
        "id-token": lambda: verify_id_token("ID_TOKEN"),
        "foreign-id-token": lambda: verify_id_token("FOREIGN_ID_TOKEN"),
        "iap-token": lambda: verify_iap_token("IAP_TOKEN"),
        "foreign-iap-token": lambda: verify_iap_token("FOREIGN_IAP_TOKEN"),
        "firebase-token": lambda: verify_firebase_token("FIREBASE_TOKEN"),
        "foreign-firebase-token": lambda: verify_firebase_token("FOREIGN_FIREBASE_TOKEN"),
        "metadata-access-token": lambda: fetch(compute_engine.Credentials(scopes=SCOPES)),
        "metadata-id-token": fetch_id_token,
        "service-account-access-token": lambda: fetch(read_service_account()),
        "service-account-id-token": fetch_id_token_with_key_file,
        "foreign-service-account-access-token": lambda: fetch(
            read_service_account("FOREIGN_SERVICE_ACCOUNT_FILE")
        ),
        "external-account-of-a-file": lambda: fetch(read_external_account("EXTERNAL_FILE")),
        "external-account-of-a-url": lambda: fetch(read_external_account("EXTERNAL_URL_FILE")),
        "external-account-for-service-account": lambda: fetch(
            read_external_account("EXTERNAL_IMPERSONATION_FILE")
        ),
        "impersonated-access-token": lambda: fetch(impersonate()),
        "impersonated-id-token": lambda: fetch(impersonate_for_id_token()),
    },
    "firebase-admin": {
        "firebase-token": lambda: verify_with_firebase("FIREBASE_TOKEN"),
        "foreign-firebase-token": lambda: verify_with_firebase("FOREIGN_FIREBASE_TOKEN"),
        "session-cookie": lambda: verify_cookie(os.environ["SESSION_COOKIE"]),
        "foreign-session-cookie": lambda: verify_cookie(os.environ["FOREIGN_SESSION_COOKIE"]),
        "unrevoked-firebase-token": lambda: verify_with_firebase(
            "FIREBASE_TOKEN", check_revoked=True
        ),
        "created-session-cookie": create_session_cookie,
        "custom-token": create_custom_token,
    },
}


def run(flow: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"result": flow()}
    except Exception as error:  # noqa: BLE001  # the errors of several libraries
        return {"refused": f"{type(error).__name__}: {error}"}


print(
    json.dumps({
        name: {"version": version(name), "flows": {key: run(flows[key]) for key in flows}}
        for name, flows in CLIENTS.items()
    })
)
