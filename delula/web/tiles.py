"""The tiles of a media grid: `tile` in `templates/ui/media.html`, fifty of them on a page.

Made by functions, as the cells of tables are: a call from a template takes several times as long.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from delula.web.display import choice_tag, escape, markup, named, time_tag
from delula.web.masking import shown_text
from delula.web.static import icon_tag

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from markupsafe import Markup

    from delula.web.lists import ListPage

#: The icon of each kind of medium; anything else is a file.
KIND_ICONS = {"image": "image", "video": "film", "audio": "audio-lines", "document": "file-text"}
#: What a tile shows on its picture, where the picture does not say it.
_MARKS = {"video": "play", "audio": "audio-lines"}


def tile_tag(
    id: object,  # noqa: A002 - as in HTML
    href: str,
    title: str | None,
    kind: str | None,
    state: Markup,
    when: datetime | None,
    thumbnail: str | None = None,
    fallback_url: str | None = None,
    peek_href: str | None = None,
    *,
    selects: bool = False,
) -> Markup:
    """A tile.

    Args:
        id: of the row.
        href: the page of the row.
        title: of the row; a dash for none.
        kind: a key of `KIND_ICONS`, or anything else.
        state: the badges under the picture.
        when: the time beside them.
        thumbnail: the picture.
        fallback_url: tried by script where the picture does not load.
        peek_href: where the peek of the row is.
        selects: whether it has a checkbox of the form below the rows.
    """
    row, (behind, before) = escape(id), _sides(kind)
    peeks = f' data-peek="{escape(peek_href)}"' if peek_href else ""
    picture = ""
    if thumbnail:
        otherwise = f' data-fallback="{escape(fallback_url)}"' if fallback_url else ""
        picture = (
            f'<img src="{escape(thumbnail)}" alt="" loading="lazy" decoding="async"{otherwise} data-media>'
        )
    return markup(
        f'''<li class="tile" id="row-{row}" data-row="{row}"{peeks}>{choice_tag(id) if selects else ""}
  <a class="tile-link" href="{escape(href)}" data-lead>
    <span class="tile-box">{behind}{picture}{before}</span>
    <bdi class="tile-title">{"—" if title is None else escape(named(shown_text(title)))}</bdi>
  </a>
  <div class="tile-meta">{state}{time_tag(when)}</div>
</li>
'''
    )


def row_tile(
    row: Any,
    listed: ListPage,
    *,
    title: str | None,
    kind: str | None,
    state: Markup,
    when: datetime | None,
    part: str | None,
) -> Markup:
    """A row of a list as a tile.

    Args:
        row: has an `id`, as its key has.
        listed: the page that it stands on.
        title: as `tile_tag` takes it; so are `kind`, `state` and `when`.
        part: of its media, that is its picture; None where there is none to show.
    """
    return tile_tag(
        row.id,
        listed.detail_href(row.id),
        title,
        kind,
        state,
        when,
        thumbnail=f"{listed.action}{row.id}/media/{part}" if part else None,
        peek_href=listed.peek_href(row.id),
        selects=listed.selects,
    )


def tiles_body(listed: ListPage, tile: Callable[[Any, ListPage], Markup]) -> Markup:
    """The rows of a list as tiles.

    Args:
        listed: the page.
        tile: makes one of a row.
    """
    return markup("".join(tile(row, listed) for row in listed.rows))


@lru_cache(maxsize=100)
def _sides(kind: str | None) -> tuple[str, str]:
    """What stands behind the picture of a kind, and before it."""
    icon = icon_tag(KIND_ICONS.get(kind or "", "file"), size=24)
    behind = f'<span class="media-placeholder">{icon}<span></span></span>'
    if kind not in _MARKS:
        return behind, ""
    mark = icon_tag(_MARKS[kind], size=12)
    return behind, f'<span class="tile-kind">{mark}<span class="visually-hidden">{kind}</span></span>'
