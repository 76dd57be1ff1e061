# DEV-ONLY: never ship to production.
"""The documents of a ring, and how long they hold."""

import json
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from jwt_core import Algorithm, KeySet, SigningKey, generate_key
from proxy_guard.dev_marks import WATERMARK
from token_issuer.config.choices import RotationMode
from token_issuer.key_documents import KEY_DOCUMENTS, Format, KeyDocument
from token_issuer.keys.certificates import encode_certificate
from token_issuer.keys.ring import KeyRing, create_ring_key
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.view import KeyView

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.requirement("TI-5")
def test_jwks_holds_public_members_and_the_dev_mark(
    keys: KeyService, marked_key: SigningKey
) -> None:
    document = json.loads(keys.view.jwks.body)

    assert document["dev_only"] is True
    assert [key["kid"] for key in document["keys"]] == ["dev-key", "dev-key-2"]
    assert all(set(key) == {"kty", "n", "e", "kid", "use", "alg"} for key in document["keys"])
    assert KeySet.from_document(document).keys[0] == marked_key.verification_key


@pytest.mark.requirement("GO-1")
def test_certificates_hold_the_same_keys_as_the_jwks_and_the_dev_marks(keys: KeyService) -> None:
    document = json.loads(keys.view.get_document(Format.CERTIFICATES).body)
    certificates = {kid: x509.load_pem_x509_certificate(t.encode()) for kid, t in document.items()}

    for key in keys.view.verification_keys:
        assert key.kid
        certificate = certificates.pop(key.kid)
        assert certificate.public_key() == key.public_key
        certificate.verify_directly_issued_by(certificate)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        assert [name.value for name in names] == ["DEV ONLY token-issuer"]
        assert WATERMARK in certificate.public_bytes(Encoding.DER)
    assert not certificates


@pytest.mark.requirement("GO-1")
@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        (Algorithm.PS256, rsa.RSAPublicKey),
        (Algorithm.ES256, ec.EllipticCurvePublicKey),
        (Algorithm.EDDSA, ed25519.Ed25519PublicKey),
    ],
)
def test_certificate_of_a_key_is_the_same_wherever_it_is_made(
    algorithm: Algorithm, kind: type
) -> None:
    key = generate_key(algorithm)
    first = encode_certificate(key, NOW)
    encode_certificate.cache_clear()

    assert encode_certificate(key, NOW) == first
    certificate = x509.load_pem_x509_certificate(first.encode())
    assert isinstance(certificate.public_key(), kind)
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc


@pytest.mark.requirement("GO-3")
def test_documents_are_encoded_once_for_as_long_as_they_hold(keys: KeyService) -> None:
    view = keys.view
    before = view.jwks

    assert keys.view is view
    assert keys.view.jwks is before
    assert view.get_document(Format.JWKS, Algorithm.ES256) is not before
    keys.rotate(RotationMode.EMERGENCY)
    assert keys.view.jwks.etag != before.etag


@pytest.mark.requirement("GO-3")
@pytest.mark.parametrize("algorithm", [Algorithm.RS256, Algorithm.ES256])
@pytest.mark.parametrize("document", [each for each in KEY_DOCUMENTS if not each.is_of_account])
def test_rotation_changes_the_documents_of_its_algorithm_alone(
    keys: KeyService, algorithm: Algorithm, document: KeyDocument
) -> None:
    keys.ensure_key(Algorithm.ES256)
    before = keys.view.get_document(document.format, document.algorithm)
    kid = keys.rotate(algorithm=algorithm).kid
    after = keys.view.get_document(document.format, document.algorithm)

    is_changed = document.algorithm in {None, algorithm}
    assert (after.etag != before.etag) == (kid.encode() in after.body) == is_changed


@pytest.mark.requirement("GO-4")
def test_view_holds_from_one_change_to_the_next() -> None:
    entry = create_ring_key(generate_key(Algorithm.ES256, kid="k"), NOW)
    ring = KeyRing((entry,), 1)
    plan = RotationPlan.on_demand(timedelta(minutes=5), timedelta(minutes=15))
    view = KeyView(ring, plan, NOW)

    assert view.is_current(ring, NOW + timedelta(days=900))
    assert not view.is_current(ring, NOW - timedelta(seconds=1))
    assert not view.is_current(KeyRing((entry,), 1), NOW)
    assert view.next_document_change is None
