# DEV-ONLY: never ship to production.
"""Handler of the key documents of service accounts."""

from http import HTTPStatus

from token_issuer.google.machines import Machines
from token_issuer.key_documents import KeyDocument
from token_issuer.keys.documents import encode_document
from token_issuer.web.errors import HttpError
from token_issuer.web.key_documents import serve_document
from token_issuer.web.request import Request
from token_issuer.web.response import RawResponse


def get_account_keys(description: KeyDocument, machines: Machines, request: Request) -> RawResponse:
    """Serve the keys of a service account; the first one is generated if it has none.

    Raises:
        HttpError: the account does not exist; the message names those that do.
    """
    accounts = machines.service_accounts
    email = request.path.rpartition("/")[2]
    account = accounts.find(email)
    if account is None:
        known = ", ".join(each.email for each in accounts)
        message = f"no service account is named {email[:80]}; known accounts: {known[:400]}"
        raise HttpError(HTTPStatus.NOT_FOUND, message)
    keys = account.keys or (accounts.ensure_key(account),)
    issuer = machines.state.issuer
    # The start of the year, so that replicas make the same certificate of a key.
    made_at = issuer.keys.clock().replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    document = encode_document(description.format, [(key, made_at) for key in keys])
    return serve_document(issuer, request, document)
