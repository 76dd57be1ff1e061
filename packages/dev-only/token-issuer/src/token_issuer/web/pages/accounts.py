# DEV-ONLY: never ship to production.
"""The forms of the chooser: one button for each user, another account, and cancel."""

from collections.abc import Sequence
from typing import Final

from token_issuer.config.login_tables import MAX_NAME_CHARACTERS
from token_issuer.markup import Markup, element, escape_exactly, join
from token_issuer.oauth.choosers import Chooser
from token_issuer.oauth.users import User
from token_issuer.web.pages.defects import render_defect_button
from token_issuer.web.pages.fields import render_hidden
from token_issuer.web.pages.problems import INVALID, render_problem

MAX_UNSCROLLED_USERS: Final = 7
"""A longer list scrolls, and the text field below it completes names."""
_TONES: Final = 6
_FORM_ID: Final = "decision"
_CANCEL: Final = element(
    "button", "Cancel", form=_FORM_ID, name="deny", value="true", class_="button"
)


def render_accounts(chooser: Chooser, action: str) -> tuple[Markup, ...]:
    """Render the forms of *chooser*, which post to the path *action*."""
    hint = chooser.login_hint or ""
    expected = [user for user in chooser.users if _is_expected(user, hint)]
    others = [user for user in chooser.users if not _is_expected(user, hint)]
    is_long = len(chooser.users) > MAX_UNSCROLLED_USERS
    note = f"{len(chooser.users)} accounts: scroll the list, or type a name below it."
    hidden = render_hidden("interaction", chooser.interaction)
    if chooser.defect is not None:
        hidden = join(hidden, render_hidden("defect", chooser.defect.id))
    form = {"method": "post", "action": action}
    users = _render_users(expected, others, is_long=is_long)
    name_field = _render_name_field(
        "" if expected else hint, chooser.problem, chooser.users if is_long else ()
    )
    is_open = bool(chooser.problem or (hint and not expected) or is_long or not chooser.users)
    return (
        element("p", note, class_="soft") if is_long else Markup(),
        element("form", hidden, users, id=_FORM_ID, **form),
        _render_another_account(element("form", hidden, *name_field, **form), is_open=is_open),
        element("p", _CANCEL, class_="row"),
        render_defect_button(chooser, action),
    )


def _is_expected(user: User, hint: str) -> bool:
    """Tell whether *user* is the one of `login_hint`, as `Users.find` does."""
    return bool(hint) and (
        hint in {user.name, user.sub} or hint.lower() == str(user.email or "").lower()
    )


def _render_users(expected: Sequence[User], others: Sequence[User], *, is_long: bool) -> Markup:
    if not expected and not others:
        return Markup()
    items = [
        *(element("li", _render_user(user, is_expected=True)) for user in expected),
        *(element("li", _render_user(user, is_expected=False)) for user in others),
    ]
    return element("ul", *items, class_="users many" if is_long else "users")


def _render_user(user: User, *, is_expected: bool) -> Markup:
    name = str(user.claims.get("name") or user.name)
    email = str(user.email or "")
    is_evident = user.name in {name, email, email.partition("@")[0]}
    details = filter(None, (email, "" if is_evident else user.name))
    tone = sum(user.name.encode()) % _TONES
    return element(
        "button",
        element("span", name[:1].upper(), class_=f"avatar tone-{tone}", aria_hidden="true"),
        element(
            "span",
            element("span", element("bdi", name), class_="name"),
            *(element("span", element("bdi", text), class_="detail") for text in details),
            element("span", "Expected by the application", class_="expected")
            if is_expected
            else "",
        ),
        class_="user",
        name="user",
        value=escape_exactly(user.name),
    )


def _render_another_account(form: Markup, *, is_open: bool) -> Markup:
    avatar = element("span", "+", class_="avatar other", aria_hidden="true")
    summary = element("summary", avatar, "Use another account")
    return element("details", summary, form, **({"open": ""} if is_open else {}))


def _render_name_field(value: str, problem: str, users: Sequence[User]) -> tuple[Markup, ...]:
    """Render the text field; it completes the names of *users*."""
    invalid = {**INVALID, "autofocus": ""} if problem else {}
    options = [element("option", value=escape_exactly(user.name)) for user in users]
    return (
        render_problem(problem),
        element("label", "Name or email address", for_="name"),
        element(
            "input",
            id="name",
            name="user",
            value=value,
            required="",
            maxlength=str(MAX_NAME_CHARACTERS),
            autocomplete="username",
            autocapitalize="none",
            spellcheck="false",
            **invalid,
            **({"list": "names"} if options else {}),
        ),
        element("datalist", *options, id="names") if options else Markup(),
        element("p", element("button", "Log in", class_="button primary"), class_="row"),
    )
