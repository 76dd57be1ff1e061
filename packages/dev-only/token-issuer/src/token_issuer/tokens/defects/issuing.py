# DEV-ONLY: never ship to production.
"""From a request that names a defect to its token."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, structs

from token_issuer.errors import TokenRequestError
from token_issuer.tokens.defects.catalogue import find_entry
from token_issuer.tokens.defects.material import TokenIngredients
from token_issuer.tokens.defects.minting import mint_defective
from token_issuer.tokens.defects.recipe import Entry
from token_issuer.tokens.messages import TokenRequest, TokenResponse

if TYPE_CHECKING:
    from token_issuer.tokens.issuer import Issuer


def issue_defective(
    issuer: "Issuer",
    request: TokenRequest,
    claims: Mapping[str, Any],
    now: datetime,
    base_url: str | None,
) -> TokenResponse:
    """Mint the token that *request* describes, with the defect that it names.

    Args:
        issuer: Who is asked.
        request: What is asked for.
        claims: The claims set of a good token.
        now: When the token is made.
        base_url: Where a defect points to the attacker, and no verifier has fetched keys yet, it is
            sought there.

    Raises:
        TokenRequestError: the request contradicts itself or cannot be met.
        KeyDirectoryError: a key of a new algorithm is asked for, and it cannot be kept.
    """
    if issuer.settings.workers > 1:
        message = (
            "defect: several workers do not share what a defect needs; unset TOKEN_ISSUER_WORKERS"
        )
        raise TokenRequestError(message, "defect")
    entry = find_entry(str(request.defect))
    material = TokenIngredients(
        claims=claims,
        key=issuer.find_key(_choose_algorithm(request, entry)),
        now=int(now.timestamp()),
        jwks=issuer.keys.view.jwks.body,
        attacker=issuer.attacker,
        base_url=issuer.attacker.verifier_url or base_url,
    )
    minted = mint_defective(entry, material)
    return TokenResponse(
        access_token=minted.token,
        token_type="Bearer",  # noqa: S106  # a type, not a secret
        scope=request.scope,
        authorization=minted.authorization,
    )


def _choose_algorithm(request: TokenRequest, entry: Entry) -> TokenRequest:
    """Ask for the algorithm that the defect is about.

    Raises:
        TokenRequestError: the request asks for another one.
    """
    needed = entry.defect.alg
    if not needed or request.alg == needed:
        return request
    if request.alg is not UNSET:
        message = (
            f"defect and alg contradict each other: {entry.defect.id} is about {needed} tokens"
        )
        raise TokenRequestError(message, "defect", "alg")
    return structs.replace(request, alg=needed)
