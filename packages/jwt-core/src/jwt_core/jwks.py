"""A set of public keys, and which of them a token is checked with.

Spec: RFC 7517 §5
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from jwt_core.algorithms import Algorithm
from jwt_core.errors import KeyFormatError, KeySetFormatError, UnknownKeyError
from jwt_core.jwk import decode_jwk, encode_jwk, has_private_members
from jwt_core.keys import VerificationKey


@dataclass(frozen=True)
class KeySet:
    """Public keys in which `kid` and algorithm name at most one.

    Raises:
        KeySetFormatError: no key at all, or two keys of one name and algorithm.
    """

    keys: tuple[VerificationKey, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            message = "the key set is empty; it must hold at least one key"
            raise KeySetFormatError(message)
        names = Counter((key.kid, key.algorithm) for key in self.keys if key.kid is not None)
        if any(count > 1 for count in names.values()):
            message = "the key set names two keys alike; each needs a 'kid' of its own"
            raise KeySetFormatError(message)

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> Self:
        """Read a JWK Set.

        Keys of other kinds and purposes are skipped, as RFC 7517 §5 asks; a document that gives a
        secret away is refused as a whole, since its other keys are as exposed as that one.

        Raises:
            KeySetFormatError: not a JWK Set, private members, duplicate names, or no usable key.
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
            message = "; ".join(["the key set holds no usable key", *unusable])
            raise KeySetFormatError(message)
        return cls(tuple(keys))

    def to_document(self) -> dict[str, list[dict[str, str]]]:
        """Write the set as a JWK Set of public members only."""
        return {"keys": [encode_jwk(key) for key in self.keys]}

    def select(self, kid: str | None, algorithm: Algorithm) -> VerificationKey:
        """Choose the key for a token's `kid` and `alg`.

        Where either side has no name, the key is used only if it is the one of its algorithm: then
        there is nothing to choose. So a token without `kid` works with a set of one key, and a
        nameless key (from PEM) with tokens that carry a `kid`.

        Raises:
            UnknownKeyError: no key, or no unambiguous one.
        """
        candidates = [key for key in self.keys if key.algorithm is algorithm]
        for key in candidates:
            if kid is not None and key.kid == kid:
                return key
        if len(candidates) == 1 and (kid is None or candidates[0].kid is None):
            return candidates[0]
        raise UnknownKeyError(kid)


def _get_members(document: Mapping[str, object]) -> list[dict[str, object]]:
    members = document.get("keys")
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        message = "not a JWK Set: 'keys' must be a list of JSON objects"
        raise KeySetFormatError(message)
    return members
