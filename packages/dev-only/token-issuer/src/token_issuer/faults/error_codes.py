# DEV-ONLY: never ship to production.
"""The registered error codes of OAuth that a client can receive in a login.

Spec: https://www.iana.org/assignments/oauth-parameters (OAuth Extensions Error Registry)
"""

from typing import Final

ERROR_CODES: Final = (
    # RFC 6749 §4.1.2.1 and §5.2
    "access_denied",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    # RFC 6750 §3.1, RFC 7009 §2.2.1
    "insufficient_scope",
    "invalid_token",
    "unsupported_token_type",
    # RFC 8628 §3.5
    "authorization_pending",
    "expired_token",
    "slow_down",
    # OpenID Connect Core §3.1.2.6
    "account_selection_required",
    "consent_required",
    "interaction_required",
    "invalid_request_object",
    "invalid_request_uri",
    "login_required",
    "registration_not_supported",
    "request_not_supported",
    "request_uri_not_supported",
    # OpenID Connect Core Error Code unmet_authentication_requirements
    "unmet_authentication_requirements",
    # RFC 8707 §2, RFC 9396 §5, RFC 9449 §12.2, RFC 9470 §3
    "invalid_target",
    "invalid_authorization_details",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "insufficient_user_authentication",
)
