"""What the person of this request can do about a recipe, and why some of it cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from delula.access.guard import why_may_not
from delula.recipes import actions
from delula.web.command_pages import command_href

if TYPE_CHECKING:
    from delula.commands import Command
    from delula.models import Recipe


def deeds(recipe: Recipe, back: str) -> list[dict[str, Any]]:
    """The buttons of a recipe's page, the most wanted first; those that are not possible say why.

    Args:
        recipe: as the page has it.
        back: the path of the page.
    """
    switch = actions.DEACTIVATE if recipe.is_active else actions.ACTIVATE
    return [
        _line(actions.EDIT, "pencil", url_for("recipe_editing.edit", id_=recipe.id)),
        _line(actions.DUPLICATE, "copy", command_href(actions.DUPLICATE.name, back, id=recipe.id)),
        _line(switch, "power", command_href(switch.name, back, id=recipe.id)),
        _line(actions.SET_COST, "coins", command_href(actions.SET_COST.name, back, id=recipe.id)),
        _line(
            actions.ORDER_TAGS, "list-ordered", f"{url_for('recipe_editing.edit', id_=recipe.id)}#part-tags"
        ),
    ]


def list_deeds() -> list[dict[str, Any]]:
    """The buttons at the head of the list of recipes."""
    index = url_for("recipes.index")
    return [
        _line(actions.NEW, "plus", url_for("recipe_editing.new")),
        _line(actions.RECOUNT_ALL, "calculator", command_href(actions.RECOUNT_ALL.name, index)),
    ]


def _line(command: Command[Any], icon: str, href: str) -> dict[str, Any]:
    return {
        "label": command.title,
        "icon": icon,
        "href": href,
        "disabled_reason": why_may_not(command.permission),
    }
