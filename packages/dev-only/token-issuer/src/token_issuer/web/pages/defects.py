# DEV-ONLY: never ship to production.
"""The choice of the defect of a login: a button, a list, and the chosen defect."""

from itertools import groupby
from typing import TYPE_CHECKING

from token_issuer.markup import Markup, element, escape_exactly, mark_code
from token_issuer.oauth.choosers import Chooser, DefectChooser
from token_issuer.web.pages.fields import render_hidden

if TYPE_CHECKING:
    from token_issuer.tokens.defects.defect import Defect


def render_defect_button(chooser: Chooser, action: str) -> Markup:
    """Render the form that asks for the list of defects; nothing if there is no choice."""
    if not chooser.can_have_defect or chooser.defect is not None:
        return Markup()
    button = element(
        "button", "Log in with a defect", name="list_defects", value="true", class_="button"
    )
    return element(
        "form",
        render_hidden("interaction", chooser.interaction),
        element("p", button, class_="row"),
        method="post",
        action=action,
    )


def render_defect_form(chooser: DefectChooser, action: str) -> Markup:
    """Render the form with the list of defects."""
    groups = [
        element("optgroup", *map(_render_option, members), label=group)
        for group, members in groupby(chooser.defects, key=lambda defect: defect.group)
    ]
    return element(
        "form",
        render_hidden("interaction", chooser.interaction),
        element("label", "Defect", for_="defect"),
        element("select", *groups, id="defect", name="defect"),
        element("p", element("button", "Continue", class_="button primary"), class_="row"),
        method="post",
        action=action,
    )


def render_chosen_defect(defect: "Defect") -> Markup:
    """Render what will be wrong with the login."""
    return element(
        "p",
        "This is ",
        element("strong", mark_code(defect.title)),
        ". ",
        mark_code(defect.wrong),
        class_="problem",
    )


def _render_option(defect: "Defect") -> Markup:
    title = defect.title.replace("`", "")  # an option has no markup
    return element("option", f"{defect.id}: {title}", value=escape_exactly(defect.id))
