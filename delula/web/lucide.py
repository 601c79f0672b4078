"""Icons of Lucide by name, for names that stand in the product's rows.

What templates name themselves comes from the sprite (`ui/icon.html`), which holds no more than that.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app
from markupsafe import Markup

from delula.web.static import built_names


@cache
def shapes() -> dict[str, str]:
    """What each icon of Lucide is drawn of, by its name; read once a process, where a page asks for it."""
    found: dict[str, str] = _built("lucide.json")
    return found


@cache
def words() -> dict[str, list[str]]:
    """What people call the things that each icon shows, by its name, as Lucide says."""
    found: dict[str, list[str]] = _built("lucide-words.json")
    return found


def _built(name: str) -> Any:
    """What the front-end's build has made of a file of Lucide's; nothing where it was built before it did."""
    folder = current_app.static_folder or ""
    built = built_names(folder)
    return json.loads(Path(folder, built[name]).read_text()) if name in built else {}


def lucide_name(written: str | None) -> str | None:
    """Lucide's name for what a row says, `circle-dot` or `CircleDot`; None where it has no such icon."""
    if not written:
        return None
    kebab = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])", "-", written.strip()).lower()
    return next((name for name in (written, kebab) if name in shapes()), None)


def lucide_icon(written: str | None) -> Markup:
    """The icon of that name; nothing where Lucide has none."""
    name = lucide_name(written)
    if name is None:
        return Markup()
    drawn = f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{shapes()[name]}</svg>'
    return Markup(drawn)  # noqa: S704 - Lucide's own
