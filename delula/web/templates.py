"""What every template can use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, g, request
from flask.templating import Environment
from jinja2 import StrictUndefined

from delula.web.buttons import attributes_tag, button_tag, icon_button_tag, menu_item_tag
from delula.web.charts import sparkline
from delula.web.display import FILTERS
from delula.web.json_tree import json_nodes
from delula.web.lists import in_filter, in_path
from delula.web.masking import masked_secrets, shown_text
from delula.web.render import kept
from delula.web.tiles import tile_tag

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from delula.config import Settings

THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
SHORTCUTS = ("on", "off")
#: Which media of the review are blurred until asked for: what is flagged, everything, or nothing.
BLURS = ("flagged", "all", "none")


@dataclass(frozen=True)
class Preferences:
    """How the person wants the console to look; kept in cookies, so that the first byte knows."""

    theme: str
    density: str
    shortcuts: str
    blur: str


def preferences() -> Preferences:
    """The preferences that this request's cookies hold; anything unknown counts as the default."""

    def chosen(name: str, choices: tuple[str, ...]) -> str:
        value = request.cookies.get(name, choices[0])
        return value if value in choices else choices[0]

    return Preferences(
        theme=chosen("theme", THEMES),
        density=chosen("density", DENSITIES),
        shortcuts=chosen("shortcuts", SHORTCUTS),
        blur=chosen("blur", BLURS),
    )


class _Environment(Environment):
    """Flask's environment, whose templates share one plain dict of globals.

    Jinja would give each template a ChainMap over them, for the case that it brings globals of its own. None
    does here, and every import and include walks that chain in Python: a tenth of a page's time.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def init_templates(app: Flask, settings: Settings) -> None:
    """Set Jinja up: undefined names are errors, and blocks leave no blank lines behind."""
    app.jinja_environment = _Environment
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        FILTERS,
        in_filter=in_filter,
        in_path=in_path,
        json_nodes=json_nodes,
        masked_secrets=masked_secrets,
        shown_text=shown_text,
        sparkline=sparkline,
    )
    app.jinja_env.globals.update(
        kept=kept,
        attributes_tag=attributes_tag,
        button_tag=button_tag,
        icon_button_tag=icon_button_tag,
        menu_item_tag=menu_item_tag,
        tile_tag=tile_tag,
    )

    @app.context_processor
    def common() -> dict[str, object]:
        return {
            "environment": settings.environment,
            "environment_label": settings.environment_label,
            "time_zone": settings.time_zone,
            "preferences": preferences(),
            "request_id": g.get("request_id", ""),
        }
