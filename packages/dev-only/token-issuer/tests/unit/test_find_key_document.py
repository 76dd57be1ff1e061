# DEV-ONLY: never ship to production.
"""Which key document a path belongs to."""

import pytest
from token_issuer.key_documents import ACCOUNT, KEY_DOCUMENTS, find_endpoint, find_key_document

pytestmark = pytest.mark.requirement("GO-1")


def test_each_document_is_found_by_its_path() -> None:
    for document in KEY_DOCUMENTS:
        assert find_key_document(document.path) == document
        assert find_endpoint(document.path) == document.path


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/robot/v1/metadata/x509/app@x.test", f"/robot/v1/metadata/x509/{ACCOUNT}"),
        ("/service_accounts/v1/jwk/%", f"/service_accounts/v1/jwk/{ACCOUNT}"),
        ("/token", "/token"),
        ("/", "/"),
        ("", ""),
        ("/robot/v1/metadata/x509/", "/robot/v1/metadata/x509/"),
        ("/robot/v1/metadata/x509/a/b", "/robot/v1/metadata/x509/a/b"),
        ("/certs/app@x.test", "/certs/app@x.test"),
    ],
)
def test_account_stands_for_one_segment(path: str, endpoint: str) -> None:
    assert find_endpoint(path) == endpoint
