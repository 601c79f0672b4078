"""How an option will look, and the icons that it can be given."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from delula.web.display import escape
from delula.web.lucide import lucide_icon, shapes, words
from delula.web.tags import color_class

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Icons that a picker is given at once.
SHOWN_ICONS = 96


def option_of(display: str, icon: str | None, color: str | None) -> Markup:
    """An option with its icon, in its colour, light and dark beside each other."""
    face = f'<span class="tag {color_class(color)}">{lucide_icon(icon)}<bdi>{escape(display)}</bdi></span>'
    cards = [
        f'<figure class="chip-ground {theme}">{face}<figcaption>{theme}</figcaption></figure>'
        for theme in ("light", "dark")
    ]
    return Markup(f'<div class="chip-grounds">{"".join(cards)}</div>')  # noqa: S704 - escaped


def icons_for(sought: str) -> Sequence[str]:
    """Names of Lucide's icons for what somebody types: all of its words in the name, or in what it shows.

    Those whose name begins so come first, then those with it in their name; all icons for an empty text.
    """
    asked = sought.lower().replace("-", " ").split()
    if not asked:
        return list(shapes())
    whole = "-".join(asked)
    found = [name for name, texts in _searched().items() if all(one in texts for one in asked)]
    return sorted(
        found, key=lambda name: (name != whole, not name.startswith(whole), whole not in name, name)
    )


@cache
def _searched() -> dict[str, str]:
    """By name of an icon, the text that is searched for it."""
    return {name: " ".join([name.replace("-", " "), *words().get(name, ())]).lower() for name in shapes()}
