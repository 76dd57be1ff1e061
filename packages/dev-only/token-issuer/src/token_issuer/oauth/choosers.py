# DEV-ONLY: never ship to production.
"""The pages of a login on which the user decides: who logs in, and with which defect."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from token_issuer.errors import InvalidInputError
from token_issuer.oauth.logins import find_login_defect
from token_issuer.oauth.records import AuthorizationRequest, DeviceCode
from token_issuer.oauth.state import ProviderState
from token_issuer.oauth.users import User

if TYPE_CHECKING:
    from token_issuer.tokens.defects.defect import Defect


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """A page on which the user decides who logs in.

    Attributes:
        interaction: The sealed request, which the page sends back with the decision.
        client_id: The client that the user logs in to.
        users: The users to choose from.
        scope: The requested scopes.
        redirect_uri: Where the browser goes afterwards; None if a device waits.
        login_hint: The user whom the client expects; None if it names none.
        user_code: The code of the device, to compare; None if a client waits.
        problem: Why the last decision was rejected; empty at first.
        can_have_defect: Whether the user may choose a defect of the login.
        defect: The defect that the user has chosen; None without one.
    """

    interaction: str
    client_id: str
    users: tuple[User, ...]
    scope: tuple[str, ...] = ()
    redirect_uri: str | None = None
    login_hint: str | None = None
    user_code: str | None = None
    problem: str = ""
    can_have_defect: bool = False
    defect: "Defect | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectChooser:
    """A page on which the user chooses what is wrong with the login.

    Attributes:
        interaction: The sealed request, which the page sends back with the choice.
        defects: The defects to choose from.
    """

    interaction: str
    defects: tuple["Defect", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDecision:
    """A user has decided about a device; the session of the browser stays as it is.

    Attributes:
        is_approved: Whether the device gets tokens.
    """

    is_approved: bool


def build_chooser(
    state: ProviderState,
    page: str,
    request: AuthorizationRequest | DeviceCode,
    *,
    problem: str = "",
    defect: "Defect | None" = None,
) -> Chooser:
    """Return the page that holds the sealed *request*.

    Args:
        state: The state of the provider.
        page: The sealed request.
        request: The request.
        problem: Why the last decision was rejected.
        defect: The chosen defect.

    Raises:
        InvalidInputError: the device no longer waits.
    """
    common = Chooser(
        interaction=page,
        client_id=request.client_id,
        users=tuple(state.users),
        problem=problem,
        can_have_defect=state.issuer.settings.has_admin,
        defect=defect,
    )
    if isinstance(request, AuthorizationRequest):
        return replace(
            common,
            scope=request.scope,
            redirect_uri=request.target.redirect_uri,
            login_hint=request.login_hint,
        )
    waiting = state.devices.find(request.user_code)
    if waiting is None:
        raise build_unknown_code()
    return replace(common, scope=waiting[1], user_code=request.user_code)


def build_defect_chooser(state: ProviderState, page: str) -> DefectChooser:
    """Return the list of defects for the login of *page*.

    Raises:
        InvalidInputError: the issuer does not serve `/admin`.
    """
    # Imported only here: the catalogue is slow to import, and most logins do not need it.
    from token_issuer.tokens.defects.catalogue import select_for_logins  # noqa: PLC0415

    _require_admin(state)
    return DefectChooser(interaction=page, defects=tuple(select_for_logins().values()))


def find_chosen_defect(state: ProviderState, id_: str) -> "Defect | None":
    """Return the defect that the user has chosen; None if *id_* is empty.

    Raises:
        InvalidInputError: no login can have the defect, or the issuer does not serve `/admin`.
    """
    if not id_:
        return None
    _require_admin(state)
    return find_login_defect(id_)


def _require_admin(state: ProviderState) -> None:
    if not state.issuer.settings.has_admin:
        message = (
            "defect: not available, because the issuer does not serve /admin; set "
            "TOKEN_ISSUER_ADMIN=true"
        )
        raise InvalidInputError(message, "defect")


def build_unknown_code() -> InvalidInputError:
    """Return the error for the code of a device that does not wait."""
    message = "user_code: no device waits with this code; compare it with the one on the device"
    return InvalidInputError(message, "user_code")
