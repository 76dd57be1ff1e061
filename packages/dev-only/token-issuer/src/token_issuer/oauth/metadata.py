# DEV-ONLY: never ship to production.
"""The features of the provider, for the discovery document; `web` adds the URLs.

Spec: OpenID Connect Discovery §3, RFC 8414 §2, RFC 9207 §3
"""

from typing import Any, Final

from token_issuer.oauth.authorization import PROMPTS
from token_issuer.oauth.client_authentication import METHODS
from token_issuer.oauth.pkce import METHODS as PKCE_METHODS
from token_issuer.oauth.responses import RESPONSE_MODES
from token_issuer.oauth.scopes import OFFLINE_ACCESS, OPENID
from token_issuer.oauth.state import ProviderState

_PROTOCOL_CLAIMS: Final = (
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "azp", "at_hash",
)  # fmt: skip


def describe_provider(state: ProviderState) -> dict[str, Any]:
    """Return the members of the discovery document other than URLs and grant types."""
    claims = {name for user in state.users for name in user.claims}
    return {
        "response_types_supported": ["code"],
        "response_modes_supported": list(RESPONSE_MODES),
        "scopes_supported": [OPENID, *state.selection.scopes, OFFLINE_ACCESS],
        "prompt_values_supported": list(PROMPTS),
        "code_challenge_methods_supported": list(PKCE_METHODS),
        "token_endpoint_auth_methods_supported": list(METHODS),
        "introspection_endpoint_auth_methods_supported": list(METHODS[:-1]),
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_supported": sorted({*_PROTOCOL_CLAIMS, *claims}),
    }
