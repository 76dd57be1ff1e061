# DEV-ONLY: never ship to production.
"""Both forms of the public keys over real HTTP: what is in them, and what caches are told."""

import re
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
import pytest
from cryptography.x509 import load_pem_x509_certificate
from token_issuer.key_documents import ACCOUNT, KEY_DOCUMENTS, Format, KeyDocument

DEFAULT_ACCOUNT: Final = "dev-only@dev-only-project.iam.gserviceaccount.com"
PATHS: Final = [each.path.format(account=DEFAULT_ACCOUNT) for each in KEY_DOCUMENTS]
JWKS_PATHS: Final = ["/.well-known/jwks.json", "/certs", "/oauth2/v3/certs"]
GOOGLE_VARY: Final = {"Origin", "X-Origin", "Referer", "Accept-Encoding"}


@pytest.mark.requirement("GO-1")
def test_certificates_are_those_of_the_published_keys(http: httpx.Client) -> None:
    published = {key["kid"] for key in http.get("/oauth2/v3/certs").json()["keys"]}
    response = http.get("/oauth2/v1/certs")
    certificates = response.json()

    assert response.headers["x-dev-only"] == "token-issuer"
    assert set(certificates) == published
    for text in certificates.values():
        certificate = load_pem_x509_certificate(text.encode())
        assert certificate.subject.rfc4514_string() == "CN=DEV ONLY token-issuer"


@pytest.mark.requirement("GO-1")
def test_all_paths_of_the_jwks_are_one_document(http: httpx.Client) -> None:
    documents = [http.get(path) for path in JWKS_PATHS]

    assert len({document.content for document in documents}) == 1
    assert len({document.headers["etag"] for document in documents}) == 1


@pytest.mark.requirement("GO-3")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", [None, "http://localhost:3000", "https://evil.test"])
def test_headers_are_those_of_google(http: httpx.Client, path: str, origin: str | None) -> None:
    response = http.get(path, headers={"Origin": origin} if origin else {})
    headers = response.headers
    match = re.fullmatch(
        r"public, max-age=([0-9]+), must-revalidate, no-transform", headers["cache-control"]
    )

    assert match
    expires, date = map(parsedate_to_datetime, (headers["expires"], headers["date"]))
    assert (expires - date).total_seconds() == pytest.approx(int(match[1]), abs=1)
    assert headers["age"] == "0"
    assert set(headers["vary"].replace(" ", "").split(",")) == GOOGLE_VARY
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.requirement("GO-3")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*"])
def test_unchanged_document_is_not_sent_again(http: httpx.Client, path: str, form: str) -> None:
    first = http.get(path)
    conditional = {"If-None-Match": form.format(first.headers["etag"])}

    for method in ("GET", "HEAD"):
        again = http.request(method, path, headers=conditional)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "cache-control", "expires", "vary", "x-dev-only", "date"):
            assert again.headers[name]
        assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.requirement("GO-3")
@pytest.mark.parametrize("path", PATHS)
def test_changed_document_is_sent(http: httpx.Client, path: str) -> None:
    assert http.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.requirement("GO-3")
@pytest.mark.parametrize("path", PATHS)
def test_head_has_the_headers_of_get(http: httpx.Client, path: str) -> None:
    get, head = http.get(path), http.head(path)

    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-length", "content-type", "vary"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.requirement("GO-1")
@pytest.mark.parametrize("document", KEY_DOCUMENTS, ids=[each.path for each in KEY_DOCUMENTS])
def test_document_has_its_format_and_the_keys_of_its_algorithm(
    http: httpx.Client, document: KeyDocument
) -> None:
    for algorithm in ("ES256", "PS256"):
        assert http.post("/token", json={"alg": algorithm}).status_code == 200
    published = {key["kid"]: key["alg"] for key in http.get("/certs").json()["keys"]}
    response = http.get(document.path.replace(ACCOUNT, DEFAULT_ACCOUNT))
    content = response.json()

    assert response.headers["content-type"] == "application/json"
    if document.format is Format.JWKS:
        assert content["dev_only"] is True
        kids = {key["kid"] for key in content["keys"]}
    else:
        label = "CERTIFICATE" if document.format is Format.CERTIFICATES else "PUBLIC KEY"
        assert all(text.startswith(f"-----BEGIN {label}-----\n") for text in content.values())
        kids = set(content)
    if document.is_of_account:
        assert kids.isdisjoint(published)
        assert len(kids) == 1
    else:
        assert kids == {
            kid for kid, algorithm in published.items() if document.algorithm in {None, algorithm}
        }


@pytest.mark.requirement("GO-1")
@pytest.mark.parametrize("document", [each for each in KEY_DOCUMENTS if each.is_of_account])
@pytest.mark.parametrize("account", ["nobody@x.test", "default", "a" * 500, "%00", "é"])
def test_unknown_account_is_answered_with_those_that_exist(
    http: httpx.Client, document: KeyDocument, account: str
) -> None:
    response = http.get(document.path.replace(ACCOUNT, account))

    assert response.status_code == 404
    assert f"known accounts: {DEFAULT_ACCOUNT}" in response.json()["detail"]


@pytest.mark.requirement("GO-1")
@pytest.mark.parametrize("at", ["@", "%40"])
def test_account_may_be_encoded(http: httpx.Client, at: str) -> None:
    path = "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"

    assert http.get(path.replace("@", at)).json() == http.get(path).json()
