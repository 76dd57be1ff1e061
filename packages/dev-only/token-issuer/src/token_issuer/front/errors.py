# DEV-ONLY: never ship to production.
"""The refusal of a request to the proxy."""

from http import HTTPStatus

from token_issuer.errors import TokenIssuerError


class ProxyRequestError(TokenIssuerError):
    """The proxy refuses a request; the message says why, and what to do.

    Attributes:
        status: The status of the response.
    """

    code = "proxy_request"

    def __init__(self, status: HTTPStatus, description: str) -> None:
        super().__init__(description)
        self.status = status
