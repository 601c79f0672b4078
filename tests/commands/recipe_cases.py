"""Samples of the commands on recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.commands import run
from delula.recipes.actions import (
    DEACTIVATE,
    NEW,
    AllRecipes,
    Copied,
    Create,
    Discarded,
    Edited,
    OfRecipe,
    Ordered,
    Priced,
    Restored,
)
from tests.commands.cases import ADMIN, Case, sql

if TYPE_CHECKING:
    from collections.abc import Callable

    from delula.commands import Given

_RECIPE = (
    "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
    " recipe_steps, tag_highlights) VALUES (1, 'Lava', 'lava', 'd', 'A {food}', 'i', 'c', 5, '[]',"
    " '{3,1,NULL}')"
)


def _recipe(given: Given, *statements: str) -> Callable[[], Given]:
    """The recipe 1, and then the input."""

    def make() -> Given:
        sql(_RECIPE, "SELECT setval('recipes_id_seq', 5)", *statements)
        return given

    return make


def _restored() -> Restored:
    sql(_RECIPE)
    run(DEACTIVATE, OfRecipe(id=1), ADMIN, reason="before")
    return Restored(id=1, number=1)


def _ice() -> Create:
    """A new recipe with the tags that it needs."""
    sql(
        "INSERT INTO tags (id, name, is_hidden) VALUES (1, 'category:image', true),"
        " (2, 'workflow:text_to_image', true)"
    )
    only = "name,slug,prompt,tag_highlights"
    return Create(only=only, name="Ice", slug="ice", prompt="An {ice}", tag_highlights="1, 2")


def _discarded() -> Discarded:
    made = run(NEW, _ice(), ADMIN, reason="before").details["recipe"]
    assert isinstance(made, int)
    return Discarded(id=made)


#: By the name of the command.
RECIPE_CASES: dict[str, Case] = {
    "recipes.activate": Case(_recipe(OfRecipe(id=1), "UPDATE recipes SET is_active = false")),
    "recipes.create": Case(_ice),
    "recipes.deactivate": Case(_recipe(OfRecipe(id=1))),
    "recipes.discard": Case(_discarded),
    "recipes.duplicate": Case(_recipe(Copied(id=1, name="Lava (copy)", slug="lava-copy"))),
    "recipes.edit": Case(_recipe(Edited(id=1, only="name,prompt", name="Lava!", prompt="Two {food}"))),
    "recipes.order_tags": Case(_recipe(Ordered(id=1, tag_highlights="1, null, 3"))),
    "recipes.recount": Case(_recipe(AllRecipes())),
    "recipes.restore": Case(_restored),
    "recipes.set_cost": Case(_recipe(Priced(id=1, credit_cost=7))),
}
