# DEV-ONLY: never ship to production.
import json

import pytest
from jwt_core import KeySet, SigningKey
from token_issuer.errors import TokenRequestError
from token_issuer.keyring import KeyRing


@pytest.mark.requirement("TI-5")
def test_jwks_holds_public_members_and_the_dev_mark(
    marked_key: SigningKey, second_key: SigningKey
) -> None:
    ring = KeyRing((marked_key, second_key))
    document = json.loads(ring.jwks)

    assert document["dev_only"] is True
    assert [key["kid"] for key in document["keys"]] == ["dev-key", "dev-key-2"]
    assert all(set(key) == {"kty", "n", "e", "kid", "use", "alg"} for key in document["keys"])
    assert KeySet.from_document(document).keys[0] == marked_key.verification_key


@pytest.mark.requirement("TI-3")
def test_key_is_chosen_by_kid(marked_key: SigningKey, second_key: SigningKey) -> None:
    ring = KeyRing((marked_key, second_key))

    assert ring.select() is marked_key
    assert ring.select("dev-key-2") is second_key
    assert ring.default_kid == "dev-key"


@pytest.mark.requirement("TI-3")
def test_unknown_kid_is_refused_with_the_known_ones(
    marked_key: SigningKey, second_key: SigningKey
) -> None:
    with pytest.raises(TokenRequestError, match="known keys: dev-key, dev-key-2") as caught:
        KeyRing((marked_key, second_key)).select("nope")

    assert caught.value.fields == ("kid",)


@pytest.mark.requirement("TI-4")
def test_repr_shows_no_key_material(marked_key: SigningKey) -> None:
    assert len(repr(KeyRing((marked_key,)))) < 120
