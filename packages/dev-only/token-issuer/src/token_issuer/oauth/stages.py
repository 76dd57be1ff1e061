# DEV-ONLY: never ship to production.
"""The stages of a login at which its planned defect may change a value."""

from enum import Enum, auto


class Stage(Enum):
    """A stage of a login.

    Attributes:
        CODE: The session, the nonce and the challenge that belong to the code.
        AUTHORIZATION_RESPONSE: The parameters with which the browser returns to the client.
        ID_TOKEN: The claims of the first ID token.
        REFRESHED_ID_TOKEN: The claims of an ID token from a refresh.
        TOKEN_RESPONSE: The members of a token response.
        USERINFO: The claims of a UserInfo response.
        TOKEN_INFO: The claims in Google's description of an access token.
    """

    CODE = auto()
    AUTHORIZATION_RESPONSE = auto()
    ID_TOKEN = auto()
    REFRESHED_ID_TOKEN = auto()
    TOKEN_RESPONSE = auto()
    USERINFO = auto()
    TOKEN_INFO = auto()
