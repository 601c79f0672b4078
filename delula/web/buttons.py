"""The macros of `templates/ui/button.html` that stand on pages by the dozen: see there what they take.

Written in Python like the tags of `delula.web.display`, for the same reason.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from delula.web.display import escape, markup
from delula.web.static import icon_tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

_NONE: Mapping[str, object] = MappingProxyType({})


def attributes_tag(attrs: Mapping[str, object]) -> Markup:
    """Further attributes: bare where true, absent where None or false."""
    return markup(
        "".join(
            f" {escape(name)}" if value is True else f' {escape(name)}="{escape(value)}"'
            for name, value in attrs.items()
            if value is not None and value is not False
        )
    )


def button_tag(
    label: object,
    kind: str = "secondary",
    icon: str | None = None,
    href: str | None = None,
    type: str = "submit",  # noqa: A002 - named as in HTML
    disabled_reason: str | None = None,
    attrs: Mapping[str, object] = _NONE,
    small: bool = False,
) -> Markup:
    """A button, or a link that looks like one; disabled, it stays and says why."""
    look = f"button {escape(kind)}{' small' if small else ''}"
    return _control(look, _inside(label, icon), href, f' type="{escape(type)}"', disabled_reason, attrs)


def icon_button_tag(
    label: object,
    icon: str,
    href: str | None = None,
    type: str = "button",  # noqa: A002 - named as in HTML
    attrs: Mapping[str, object] = _NONE,
) -> Markup:
    """A square button; the label is its tooltip and its name."""
    name = escape(label)
    inside = f'{icon_tag(icon)}<span class="visually-hidden">{name}</span>'
    more = f' title="{name}"{attributes_tag(attrs)}'
    if href:
        return markup(f'<a class="icon-button" href="{escape(href)}"{more}>{inside}</a>')
    return markup(f'<button class="icon-button" type="{escape(type)}"{more}>{inside}</button>')


def menu_item_tag(
    label: object,
    href: str | None = None,
    icon: str | None = None,
    current: bool = False,
    tone: str | None = None,
    attrs: Mapping[str, object] = _NONE,
    disabled_reason: str | None = None,
) -> Markup:
    """A line of a menu: link or button."""
    look = f"menu-item {escape(tone)}" if tone else "menu-item"
    inside = f"{_inside(label, icon)}{icon_tag('check', size=14) if current else ''}"
    of_link = ' aria-current="true"' if current else ""
    of_button = ("" if "type" in attrs else ' type="submit"') + (' aria-pressed="true"' if current else "")
    return _control(look, inside, href, of_link if href else of_button, disabled_reason, attrs)


def _inside(label: object, icon: str | None) -> str:
    return f"{icon_tag(icon) if icon else ''}<span>{escape(label)}</span>"


def _control(
    look: str,
    inside: str,
    href: str | None,
    state: str,
    disabled_reason: str | None,
    attrs: Mapping[str, object],
) -> Markup:
    if disabled_reason:
        why = escape(disabled_reason)
        return markup(
            f'<button class="{look}" type="button" aria-disabled="true" title="{why}"{attributes_tag(attrs)}>'
            f'{inside}<span class="visually-hidden"> ({why})</span></button>'
        )
    if href:
        return markup(f'<a class="{look}" href="{escape(href)}"{state}{attributes_tag(attrs)}>{inside}</a>')
    return markup(f'<button class="{look}"{state}{attributes_tag(attrs)}>{inside}</button>')
