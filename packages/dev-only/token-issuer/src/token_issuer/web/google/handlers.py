# DEV-ONLY: never ship to production.
"""The handlers of machines, by method and path; the Litestar routes are built from this table."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from token_issuer.google.machines import Machines
from token_issuer.google.providers import Providers
from token_issuer.key_documents import ACCOUNT, KEY_DOCUMENTS
from token_issuer.paths import (
    FIREBASE_LOOKUP_PATH,
    FIREBASE_SIGN_IN_PATH,
    IAM_PREFIX,
    METADATA_PREFIX,
    TOKEN_EXCHANGE_PATH,
)
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.google import endpoints, firebase, metadata
from token_issuer.web.google.key_documents import get_account_keys
from token_issuer.web.handlers import Method
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse

MachineHandler = Callable[[Providers, Issuer, Request], RawResponse]

IAM_PATH: Final = f"{IAM_PREFIX}{{project:str}}/serviceAccounts/{{target:str}}"
"""The methods of a service account; the last segment is `EMAIL:METHOD`."""
METADATA_PATH: Final = f"{METADATA_PREFIX}/{{path:path}}"
PROJECT_PATH: Final = f"{IAM_PREFIX}{{target:str}}"
"""The methods of a project; the last segment is `PROJECT:METHOD`."""
PROJECT_LOOKUP_PATH: Final = f"{IAM_PREFIX}{{project:str}}/accounts:lookup"
PROJECT_UPDATE_PATH: Final = f"{IAM_PREFIX}{{project:str}}/accounts:update"


_SURFACES: Final[Mapping[tuple[Method, str], Callable[[Machines, Request], RawResponse]]] = {
    **{
        ("GET", document.path.replace(ACCOUNT, "{account:str}")): partial(
            get_account_keys, document
        )
        for document in KEY_DOCUMENTS
        if document.is_of_account
    },
    ("GET", METADATA_PREFIX): metadata.get_metadata,
    ("GET", METADATA_PATH): metadata.get_metadata,
    ("POST", FIREBASE_SIGN_IN_PATH): firebase.sign_in_with_custom_token,
    ("POST", FIREBASE_LOOKUP_PATH): firebase.look_up_own_account,
    ("POST", PROJECT_PATH): firebase.create_session_cookie,
    ("POST", PROJECT_LOOKUP_PATH): firebase.look_up_accounts,
    ("POST", PROJECT_UPDATE_PATH): firebase.update_account,
}
"""The key documents of service accounts, the metadata server and Firebase."""


def _find_machines(
    handle: Callable[[Machines, Request], RawResponse],
    providers: Providers,
    issuer: Issuer,
    request: Request,
) -> RawResponse:
    """Call a handler that needs nothing but the machines of *issuer*."""
    return handle(providers.find_machines(issuer.name), request)


MACHINE_HANDLERS: Final[Mapping[tuple[Method, str], MachineHandler]] = {
    ("POST", TOKEN_EXCHANGE_PATH): endpoints.exchange_token,
    ("POST", IAM_PATH): endpoints.call_iam,
    **{key: partial(_find_machines, handle) for key, handle in _SURFACES.items()},
}
"""The endpoints of machines, besides the token endpoint."""
