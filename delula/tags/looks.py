"""How a tag will look, for a preview: its chip on a card in both themes, with the contrast of each."""

from __future__ import annotations

from markupsafe import Markup

from delula.web.contrast import contrast_of
from delula.web.display import escape
from delula.web.tags import color_class, tag_chip


def preview_of(
    name: str, color: str | None, *, hidden: bool, active: bool, recipe: str = "A recipe"
) -> Markup:
    """A tag on the card of a recipe, light and dark beside each other.

    Args:
        name: of the tag.
        color: as the database would have it.
        hidden: whether users would never see it: then the card is without it.
        active: whether the product would use it.
        recipe: on whose card it stands.
    """
    chip = "" if hidden else tag_chip(name, color, active=active)
    contrast = None if hidden else contrast_of(color_class(color))
    cards = []
    for theme in ("light", "dark"):
        figure = f"{getattr(contrast, theme):.1f} : 1" if contrast else "without it"
        face = f'<span class="chip-recipe"><bdi>{escape(recipe)}</bdi></span>{chip}'
        cards.append(
            f'<figure class="chip-ground {theme}">{face}<figcaption>{theme}, {figure}</figcaption></figure>'
        )
    return Markup(f'<div class="chip-grounds">{"".join(cards)}</div>')  # noqa: S704 - escaped
