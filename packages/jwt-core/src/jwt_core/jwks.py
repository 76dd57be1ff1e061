"""Sets of public keys (JWK Sets), and the selection of the keys that may verify a token.

Spec: RFC 7517 §5
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jwt_core.algorithms import Algorithm
from jwt_core.argument_checks import check_members
from jwt_core.errors import KeyFormatError, KeySetFormatError, UnknownKeyError
from jwt_core.jwk import decode_jwk, encode_jwk, has_private_members
from jwt_core.keys import SigningKey, VerificationKey
from jwt_core.skipped_keys import SkippedKey, SkippedKeyLog, summarize

MAX_KEYS_PER_NAME: Final = 4
"""Most keys with the same `kid` and algorithm; each is tried on a token with this `kid`."""

_TOO_MANY_KEYS: Final = (
    f"more than {MAX_KEYS_PER_NAME} keys of the set have the same 'kid' and algorithm; "
    "give each its own 'kid'"
)
_OTHER_NAMES: Final = {
    Algorithm.EDDSA: Algorithm.ED25519,
    Algorithm.ED25519: Algorithm.EDDSA,
}
"""Two names of one signature (RFC 9864 §2.2): a key fits both, a policy distinguishes them."""


@dataclass(frozen=True)
class KeySet:
    """Public keys, at most four of which have the same `kid` and algorithm.

    Raises:
        KeySetFormatError: The set is empty, or more than four keys have the same `kid` and
            algorithm.
        TypeError: *keys* is not a tuple of `VerificationKey`.

    Example:
        >>> from jwt_core import Algorithm, KeySet, generate_key
        >>> old, new = generate_key(Algorithm.ES256), generate_key(Algorithm.ES256)
        >>> keys = KeySet((old.verification_key, new.verification_key))
        >>> keys == KeySet.from_document(keys.to_document())
        True
    """

    keys: tuple[VerificationKey, ...]

    def __post_init__(self) -> None:
        check_members("keys", self.keys, tuple, VerificationKey, _suggest_keys(self.keys))
        if not self.keys:
            message = "the key set is empty; it must contain at least one key"
            raise KeySetFormatError(message)
        if _find_overused_names(self.keys):
            raise KeySetFormatError(_TOO_MANY_KEYS)

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> Self:
        """Decode a JWK Set.

        Each key that cannot be used is skipped, as RFC 7517 §5 recommends, and logged with the
        reason: it is malformed or weak, has another kind or purpose, or is one of more than four
        that share a `kid` and algorithm. A key that is listed twice is used once. A document that
        contains a private or symmetric key is rejected as a whole: its other keys may be exposed
        too.

        Raises:
            KeySetFormatError: The document is not a JWK Set, contains private members, or contains
                no usable key.
        """
        keys, skipped = decode_members(document)
        SkippedKeyLog("the JWK Set").log(skipped)
        return cls(keys)

    def to_document(self) -> dict[str, list[dict[str, str]]]:
        """Encode the set as a JWK Set of public members only."""
        return {"keys": [encode_jwk(key) for key in self.keys]}

    def select(self, kid: str | None, algorithm: Algorithm) -> tuple[VerificationKey, ...]:
        """Select the keys that may verify a token with this `kid` and `alg`.

        The result is one key, or several that share the `kid`. A token without `kid` is verified
        with the only key of its algorithm. A key without `kid`, such as a key from PEM, verifies
        tokens with any `kid` if it is the only key of its algorithm. A key for `EdDSA` also
        verifies `Ed25519`, and the reverse, if the set contains no key for the exact name.

        Raises:
            UnknownKeyError: No key matches, or keys with different `kid`s match.
        """
        keys = self._find(kid, algorithm)
        if not keys and algorithm in _OTHER_NAMES:
            keys = self._find(kid, _OTHER_NAMES[algorithm])
        if not keys:
            raise UnknownKeyError(kid)
        return keys

    def _find(self, kid: str | None, algorithm: Algorithm) -> tuple[VerificationKey, ...]:
        if keys := self._keys_by_name.get((kid, algorithm)):
            return keys
        candidates = self._keys_by_algorithm.get(algorithm, ())
        if len(candidates) == 1 and (kid is None or candidates[0].kid is None):
            return candidates
        return ()

    @cached_property
    def _keys_by_name(self) -> dict[tuple[str | None, Algorithm], tuple[VerificationKey, ...]]:
        groups: dict[tuple[str | None, Algorithm], tuple[VerificationKey, ...]] = {}
        for key in self.keys:
            if key.kid is not None:
                name = key.kid, key.algorithm
                groups[name] = (*groups.get(name, ()), key)
        return groups

    @cached_property
    def _keys_by_algorithm(self) -> dict[Algorithm, tuple[VerificationKey, ...]]:
        """The keys of each algorithm; a key with several `kid`s is listed once."""
        groups: dict[Algorithm, dict[bytes, VerificationKey]] = {}
        for key in self.keys:
            group = groups.setdefault(key.algorithm, {})
            encoded = _encode_key(key)
            if encoded not in group or key.kid is None:  # without `kid`, it matches more tokens
                group[encoded] = key
        return {algorithm: tuple(group.values()) for algorithm, group in groups.items()}


def decode_members(
    document: Mapping[str, object],
) -> tuple[tuple[VerificationKey, ...], tuple[SkippedKey, ...]]:
    """Decode the keys of a JWK Set; return the distinct usable ones, and those that are skipped.

    Raises:
        KeySetFormatError: As `KeySet.from_document`.
    """
    decoded: dict[tuple[str | None, Algorithm, bytes], tuple[int, VerificationKey]] = {}
    skipped: list[SkippedKey] = []
    members = _get_members(document)
    for index, member in enumerate(members):
        try:
            key = decode_jwk(member)
        except KeyFormatError as error:
            if has_private_members(member):
                raise KeySetFormatError(f"keys[{index}]: {error}") from error  # noqa: EM102
            skipped.append(SkippedKey.describe(index, member, str(error)))
        else:
            decoded.setdefault((key.kid, key.algorithm, _encode_key(key)), (index, key))
    overused = _find_overused_names(key for _, key in decoded.values())
    skipped += (
        SkippedKey.describe(index, members[index], _TOO_MANY_KEYS)
        for index, key in decoded.values()
        if (key.kid, key.algorithm) in overused
    )
    keys = tuple(key for _, key in decoded.values() if (key.kid, key.algorithm) not in overused)
    if not keys:
        message = "; ".join(["the key set contains no usable key", *summarize(skipped)])
        raise KeySetFormatError(message)
    return keys, tuple(skipped)


def _encode_key(key: VerificationKey) -> bytes:
    return key.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _find_overused_names(
    keys: Iterable[VerificationKey],
) -> frozenset[tuple[str | None, Algorithm]]:
    names = Counter((key.kid, key.algorithm) for key in keys if key.kid is not None)
    return frozenset(name for name, count in names.items() if count > MAX_KEYS_PER_NAME)


def _suggest_keys(keys: object) -> str:
    if isinstance(keys, VerificationKey):
        return "write KeySet((key,))"
    members = keys if isinstance(keys, list | tuple) else ()
    if any(isinstance(key, SigningKey) for key in (keys, *members)):
        return "pass the verification_key of each SigningKey"
    return "write KeySet(tuple(keys)), or decode a JWK Set with KeySet.from_document"


def _get_members(document: object) -> list[Mapping[str, object]]:
    members = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(members, list):
        message = "not a JWK Set: expected a JSON object whose 'keys' is a list of JSON objects"
        raise KeySetFormatError(message)
    return members
