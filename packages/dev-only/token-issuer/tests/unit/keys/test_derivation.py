# DEV-ONLY: never ship to production.
"""Fixed vectors of the derivation, and its description in another program."""

import json
import math
import runpy
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt_core import Algorithm, PrivateKey, compute_thumbprint
from proxy_guard.dev_marks import WATERMARK
from token_issuer.config.choices import ALGORITHMS, KidStyle
from token_issuer.keys.derivation import derive_private_key
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.seeded_ring import create_seeded_entry

pytestmark = pytest.mark.requirement("TI-12")

FOLDER: Final = Path(__file__).parents[2] / "vectors"
VECTORS: Final = json.loads((FOLDER / "key_seed.json").read_text(encoding="utf-8"))["vectors"]
PLAN: Final = RotationPlan.on_demand(timedelta(0), timedelta(0))


def derive(vector: dict[str, Any]) -> PrivateKey:
    names = ("seed", "issuer", "algorithm", "epoch")
    return derive_private_key(*(vector[name] for name in names))


@pytest.mark.parametrize("vector", VECTORS)
def test_key_is_that_of_the_fixed_vector(vector: dict[str, Any]) -> None:
    key = derive(vector)
    algorithm = Algorithm(vector["algorithm"])
    entry = create_seeded_entry(key, algorithm, vector["epoch"], plan=PLAN, style=KidStyle.DEV_KEY)

    assert entry.thumbprint == vector["thumbprint"]
    assert entry.kid == vector["kid"]
    assert entry.algorithm is algorithm


def test_vectors_differ_in_each_input_and_cover_each_algorithm() -> None:
    assert len({vector["thumbprint"] for vector in VECTORS}) == len(VECTORS)
    assert {vector["algorithm"] for vector in VECTORS} == {*ALGORITHMS}
    assert any(not vector["seed"].isascii() for vector in VECTORS)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_rsa_key_is_marked_and_sound(algorithm: str) -> None:
    key = derive_private_key("a seed of a test, not a secret", "", algorithm, 3)
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.private_numbers()

    assert numbers.public_numbers.n.to_bytes(256, "big").startswith(WATERMARK)
    assert numbers.p.bit_length() == numbers.q.bit_length() == 1024
    assert abs(numbers.p - numbers.q) > 1 << 924
    assert math.gcd((numbers.p - 1) * (numbers.q - 1), 65537) == 1
    numbers.private_key()  # raises unless OpenSSL finds it sound


def build_public_key(algorithm: str, numbers: list[int]) -> Any:
    match algorithm:
        case "ES256":
            return ec.derive_private_key(numbers[0], ec.SECP256R1()).public_key()
        case "EdDSA":
            secret = numbers[0].to_bytes(32, "big")
            return ed25519.Ed25519PrivateKey.from_private_bytes(secret).public_key()
        case _:
            return rsa.RSAPublicNumbers(65537, math.prod(numbers)).public_key()


def test_program_on_the_page_derives_the_same_keys() -> None:
    """Follow the page with the standard library; of two RSA keys, since its search is slow."""
    program = runpy.run_path(str(FOLDER / "derive_key.py"))
    rsa_vectors = [each for each in VECTORS if each["algorithm"] in {"RS256", "PS256"}]
    others = [each for each in VECTORS if each not in rsa_vectors]
    for vector in (*others, rsa_vectors[0], rsa_vectors[-1]):
        numbers = program["derive"](
            vector["seed"], vector["issuer"], vector["algorithm"], vector["epoch"]
        )

        public_key = build_public_key(vector["algorithm"], numbers)
        assert compute_thumbprint(public_key) == vector["thumbprint"]

    assert program["WATERMARK"].to_bytes(24, "big") == WATERMARK
