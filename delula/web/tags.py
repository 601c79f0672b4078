"""Tags as chips: in the colour that the product gives them, wherever a recipe or a tag is named."""

from __future__ import annotations

import re

from markupsafe import Markup

from delula.web.display import MISSING, escape, named

#: Colours that the product's tags can have; each is a class in static/css/tag.css.
TAG_COLORS = frozenset(
    (
        "amber",
        "blue",
        "cyan",
        "emerald",
        "fuchsia",
        "gray",
        "green",
        "indigo",
        "lime",
        "orange",
        "pink",
        "purple",
        "red",
        "rose",
        "sky",
        "slate",
        "teal",
        "violet",
        "yellow",
    )
)


def color_class(color: str | None) -> str:
    """The class of a tag's colour; of one that is unknown or absent, the quiet one's."""
    known = (color or "").strip().lower()
    return known if known in TAG_COLORS else "gray"


def tag_chip(
    name: str | None,
    color: str | None = None,
    *,
    href: str | None = None,
    hidden: bool = False,
    active: bool = True,
) -> Markup:
    """One tag.

    Args:
        name: what it is called.
        color: as the database has it.
        href: where it leads, if anywhere.
        hidden: whether it sorts the catalogue and users never see it: such a tag has no colour.
        active: whether it is in use; one that is not says so.
    """
    look = "hidden" if hidden else color_class(color)
    namespace, colon, value = (name or "").partition(":")
    if hidden and colon:
        text = f'<span class="tag-space">{escape(namespace)}:</span>{escape(value)}'
    else:
        text = escape(named(name))
    if not active:
        text += '<span class="tag-note">inactive</span>'
    opening, closing = (f'a href="{escape(href)}"', "a") if href else ("span", "span")
    look += "" if active else " inactive"
    return Markup(f'<{opening} class="tag {look}"><bdi>{text}</bdi></{closing}>')  # noqa: S704 - escaped


def dangling_chip(id_: int | None, href: str | None = None) -> Markup:
    """The place of a tag that a recipe names and that does not exist.

    Args:
        id_: the id that no tag has; None for an entry without one.
        href: where it leads, if anywhere.
    """
    text = "empty entry" if id_ is None else f"tag {id_} is gone"
    if href:
        return Markup(f'<a class="tag dangling" href="{escape(href)}">{text}</a>')  # noqa: S704 - escaped
    return Markup(f'<span class="tag dangling">{text}</span>')  # noqa: S704 - our own text


#: Colours as they are written in style sheets; nothing else may stand in an attribute.
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


def swatch(color: str | None) -> Markup:
    """A colour with its name; one that the product does not know says so, and a dash stands for none."""
    if color is None or color == "":
        return MISSING
    known, name = color.strip().lower(), escape(color)
    if known in TAG_COLORS:
        return Markup(f'<span class="color-name"><span class="color-dot tag {known}"></span>{name}</span>')  # noqa: S704 - escaped
    if _HEX.fullmatch(known):
        rect = f'<rect width="100%" height="100%" fill="{known}"/>'
        drawn = f'<svg class="color-dot" aria-hidden="true">{rect}</svg>'
        return Markup(f'<span class="color-name">{drawn}<span class="mono">{name}</span></span>')  # noqa: S704 - a pattern's own
    title = "Not a colour of the product"
    return Markup(f'<span class="color-name odd" title="{title}"><bdi>{name}</bdi></span>')  # noqa: S704 - escaped
