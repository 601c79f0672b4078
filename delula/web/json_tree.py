"""Any JSON value as a tree that folds: what `templates/ui/json.html` draws in its frame.

Written in Python for the reason that the cells of tables are: as a recursive macro it took a third of the
time of a page that shows one.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from markupsafe import Markup

from delula.web.display import escape, grouped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from delula.models import JsonValue

#: Deeper, or further within one level, it goes on as plain text.
DEEPEST, LONGEST = 12, 500


def json_nodes(value: JsonValue, open_depth: int = 1) -> Markup:
    """The tree of a value as list items.

    Args:
        value: what to draw, its secrets masked.
        open_depth: how many levels stand open at first.
    """
    return Markup(_node("", value, 0, open_depth))  # noqa: S704 - escaped below


def _node(label: str, value: JsonValue, depth: int, open_depth: int) -> str:
    if not isinstance(value, dict | list):
        return f'<li class="json-leaf">{label}{_scalar(value)}</li>'
    opening, closing, unit = ("{", "}", "key") if isinstance(value, dict) else ("[", "]", "item")
    if not value:
        return f'<li class="json-leaf">{label}<span class="json-punctuation">{opening}{closing}</span></li>'
    if depth > DEEPEST:
        written = escape(json.dumps(value, ensure_ascii=False))
        return f'<li class="json-leaf">{label}<code class="json-string">{written}</code></li>'
    named: Iterable[tuple[object, JsonValue]] = value.items() if isinstance(value, dict) else enumerate(value)
    children = [_node(_label(name), child, depth + 1, open_depth) for name, child in islice(named, LONGEST)]
    if len(value) > LONGEST:
        more = grouped(len(value) - LONGEST)
        children.append(f'<li class="json-leaf faint">… and {more} more; copy the JSON to see them</li>')
    count = f"{len(value)} {unit}{'' if len(value) == 1 else 's'}"
    return (
        f"<li><details{' open' if depth < open_depth else ''}><summary>{label}"
        f'<span class="json-punctuation">{opening}</span><span class="json-count">{count}</span></summary>'
        f"<ul>{''.join(children)}</ul></details></li>"
    )


def _label(name: object) -> str:
    return f'<span class="json-key">{escape(name)}</span><span class="json-punctuation">: </span>'


def _scalar(value: JsonValue) -> str:
    match value:
        case None:
            return '<span class="json-word">null</span>'
        case bool():
            return f'<span class="json-word">{"true" if value else "false"}</span>'
        case int() | float():
            return f'<span class="json-number">{value}</span>'
    return f'<span class="json-string" dir="auto">"{escape(value)}"</span>'
