"""Sets of public keys (JWK Sets), and the selection of the key that verifies a token.

Spec: RFC 7517 §5
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from jwt_core.algorithms import Algorithm
from jwt_core.argument_checks import check_members
from jwt_core.errors import KeyFormatError, KeySetFormatError, UnknownKeyError
from jwt_core.jwk import decode_jwk, encode_jwk, has_private_members
from jwt_core.keys import SigningKey, VerificationKey


@dataclass(frozen=True)
class KeySet:
    """Public keys, of which no two have the same `kid` and algorithm.

    Raises:
        KeySetFormatError: The set is empty, or two keys have the same `kid` and algorithm.
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
        names = Counter((key.kid, key.algorithm) for key in self.keys if key.kid is not None)
        if any(count > 1 for count in names.values()):
            message = (
                "two keys of the set have the same 'kid' and algorithm; give each its own 'kid'"
            )
            raise KeySetFormatError(message)

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> Self:
        """Decode a JWK Set.

        Keys of other kinds and purposes are skipped, as RFC 7517 §5 recommends. A document that
        contains a private or symmetric key is rejected as a whole: its other keys may be exposed
        too.

        Raises:
            KeySetFormatError: The document is not a JWK Set, contains private members or duplicate
                `kid`s for one algorithm, or contains no usable key.
        """
        keys: list[VerificationKey] = []
        unusable: list[str] = []
        for index, member in enumerate(_get_members(document)):
            try:
                keys.append(decode_jwk(member))
            except KeyFormatError as error:
                if has_private_members(member):
                    raise KeySetFormatError(f"keys[{index}]: {error}") from error  # noqa: EM102
                unusable.append(f"keys[{index}]: {error}")
        if not keys:
            message = "; ".join(["the key set contains no usable key", *unusable])
            raise KeySetFormatError(message)
        return cls(tuple(keys))

    def to_document(self) -> dict[str, list[dict[str, str]]]:
        """Encode the set as a JWK Set of public members only."""
        return {"keys": [encode_jwk(key) for key in self.keys]}

    def select(self, kid: str | None, algorithm: Algorithm) -> VerificationKey:
        """Select the key that verifies a token with this `kid` and `alg`.

        A token without `kid` is verified with the only key of its algorithm. A key without `kid`,
        such as a key from PEM, verifies tokens with any `kid` if it is the only key of its
        algorithm.

        Raises:
            UnknownKeyError: No key matches, or several do.
        """
        candidates = [key for key in self.keys if key.algorithm is algorithm]
        for key in candidates:
            if kid is not None and key.kid == kid:
                return key
        if len(candidates) == 1 and (kid is None or candidates[0].kid is None):
            return candidates[0]
        raise UnknownKeyError(kid)


def _suggest_keys(keys: object) -> str:
    if isinstance(keys, VerificationKey):
        return "write KeySet((key,))"
    members = keys if isinstance(keys, list | tuple) else ()
    if any(isinstance(key, SigningKey) for key in (keys, *members)):
        return "pass the verification_key of each SigningKey"
    return "write KeySet(tuple(keys)), or decode a JWK Set with KeySet.from_document"


def _get_members(document: object) -> list[dict[str, object]]:
    members = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        message = "not a JWK Set: expected a JSON object whose 'keys' is a list of JSON objects"
        raise KeySetFormatError(message)
    return members
