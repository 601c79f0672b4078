"""The cells of the list of recipes, and what its cards show beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from delula.models.enums import label
from delula.recipes.listing import LEAST_STOCK
from delula.storage import current_store
from delula.web.display import (
    MISSING,
    copyable_tag,
    escape,
    flag_tag,
    grouped,
    lead_tag,
    named,
    number_tag,
    span,
    time_tag,
)
from delula.web.lists import in_filter, value_href
from delula.web.references import hrefs_of, owner_naming
from delula.web.tables import Cell, link, text
from delula.web.tags import dangling_chip, tag_chip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.web.lists import ListPage


class NamedTag(NamedTuple):
    """One entry of a recipe's tags, as a query loads it.

    Attributes:
        id: as the recipe has it; None where the entry holds none.
        name: None where no tag has that id.
        color: as the database has it.
        hidden: whether users never see it.
        active: whether it is in use.
    """

    id: int | None
    name: str | None
    color: str | None
    hidden: bool | None
    active: bool | None

    @property
    def is_dangling(self) -> bool:
        """Whether no tag has that id."""
        return self.name is None


def named_tags(value: Sequence[Any] | None) -> list[NamedTag]:
    """The tags that a query loaded for a recipe, each once, in the recipe's order."""
    return list(dict.fromkeys(NamedTag(*entry) for entry in value or ()))


def chips(tags: Sequence[NamedTag], href: Callable[[NamedTag], str]) -> Markup:
    """Tags as a row of chips; a dash for none."""
    if not tags:
        return MISSING
    return Markup(f'<span class="tags">{"".join(chip(tag, href(tag)) for tag in tags)}</span>')  # noqa: S704 - escaped


@lru_cache(maxsize=5_000)
def chip(tag: NamedTag, href: str | None) -> Markup:
    """One tag as a chip; the same few stand on every page."""
    if tag.is_dangling:
        return dangling_chip(tag.id, None if tag.id is None else href)
    return tag_chip(tag.name, tag.color, href=href, hidden=tag.hidden is True, active=tag.active is not False)


def filter_href(index: str) -> Callable[[NamedTag], str]:
    """Where a tag leads within the list at `index`: to its recipes."""
    return lambda tag: f"{index}?q=tag:{in_filter(tag.id if tag.name is None else tag.name)}"


def made(row: Any) -> str:
    """What a recipe makes: `Video, 8 s`, `Image`."""
    kind = str(row.generation_type or "nothing said").capitalize()
    return (
        f"{kind}, {span(row.video_duration)}"
        if row.generation_type == "video" and row.video_duration
        else kind
    )


def price(cost: int) -> str:
    """What one run costs, in words."""
    return f"{grouped(cost)} credit{'' if cost == 1 else 's'}"


@dataclass(frozen=True)
class Card:
    """A recipe as users see it.

    Attributes:
        name: its name.
        description: what it promises, perhaps cut short.
        kind: `image`, `video`, or whatever it says that it makes.
        made: the same in words, with the length of a video.
        price: of one run, in words.
        picture: the address of its picture; None where there is none to show.
        tags: the tags that users see, as chips.
        state: why users do not see it after all; empty where they do.
    """

    name: str
    description: str
    kind: str
    made: str
    price: str
    picture: str | None
    tags: Markup
    state: str


def card_of(index: str) -> Callable[..., Card]:
    """Makes cards of rows for the list at `index`.

    Returns:
        A function of a row and of the tags that were loaded for it.
    """
    store, tag_href = current_store(), filter_href(index)

    def card(row: Any, tags: Sequence[Any] | None) -> Card:
        has_picture = store is not None and store.key_of(row.preview_image_url) is not None
        seen = [tag for tag in named_tags(tags) if not tag.hidden and not tag.is_dangling]
        state = "" if row.is_active and row.is_public else "Not public" if row.is_active else "Inactive"
        return Card(
            name=named(row.name),
            description=row.description,
            kind=str(row.generation_type),
            made=made(row),
            price=price(row.credit_cost),
            picture=f"{index}{row.id}/picture" if has_picture else None,
            tags=chips(seen, tag_href) if seen else Markup(""),
            state=state,
        )

    return card


def cells() -> Mapping[str, Cell]:
    """The cells as the person of this request may see them."""
    name = owner_naming()
    user_href = hrefs_of("users")

    def creator(row: Any, listed: ListPage) -> str:
        if row.user_id is None:
            return MISSING
        if row.known_user is None:
            href = f"{listed.action}?q=creator:{in_filter(row.user_id)}"
            return link(href, row.user_id, title="This user no longer exists", classes="gone")
        return link(user_href(row.user_id), name(row))

    return {**_CELLS, "creator": Cell(creator, "cut")}


def _state(row: Any, _: ListPage) -> str:
    if not row.is_active:
        return '<span class="status neutral">Inactive</span>'
    if row.is_public:
        return '<span class="status success">Active</span>'
    return '<span class="status info">Active, not public</span>'


def _tags(row: Any, listed: ListPage) -> str:
    return _chips_of(tuple(map(tuple, row.tags or ())), listed.action, hidden=False)


def _hidden_tags(row: Any, listed: ListPage) -> str:
    return _chips_of(tuple(map(tuple, row.tags or ())), listed.action, hidden=True)


@lru_cache(maxsize=5_000)  # a catalogue has thousands of recipes at most
def _chips_of(loaded: Sequence[Any], index: str, *, hidden: bool) -> Markup:
    return chips([tag for tag in named_tags(loaded) if bool(tag.hidden) is hidden], filter_href(index))


def _failed(row: Any, _: ListPage) -> str:
    finished = (row.completed or 0) + (row.failed or 0)
    if not finished:
        return MISSING
    share = f"{row.failed / finished:.1%}".replace("%", " %")
    return f'<span title="{grouped(row.failed)} of {grouped(finished)} that finished">{share}</span>'


def _stock(row: Any, _: ListPage) -> str:
    if row.stock is None:
        return MISSING
    low = row.is_active and row.stock < LEAST_STOCK
    return (
        f'<span class="low" title="Less than {LEAST_STOCK}">{grouped(row.stock)}</span>'
        if low
        else grouped(row.stock)
    )


def _providers(row: Any, _: ListPage) -> str:
    providers = dict.fromkeys(one for one in (row.video_provider, row.image_provider) if one)
    return text(", ".join(providers))


def _share(row: Any, _: ListPage) -> str:
    return f"{row.revenue_share_percentage} %" if row.revenue_share_enabled else MISSING


def _same(field: str, column: str) -> Cell:
    """A value that leads to all recipes with the same."""

    def inner(row: Any, listed: ListPage) -> str:
        return leading(getattr(row, column), listed.action)

    @lru_cache(maxsize=500)
    def leading(value: str | None, index: str) -> str:
        if not value:
            return MISSING
        href = value_href(index, field, value)
        return link(href, value, title=f"All of this {field}") if href else text(value)

    return Cell(inner, "cut")


_CELLS: Mapping[str, Cell] = {
    "name": Cell(lambda row, listed: lead_tag(row.name, listed.detail_href(row.id)), "cut"),
    "id": Cell(lambda row, _: copyable_tag(row.id)),
    "state": Cell(_state),
    "type": Cell(lambda row, _: escape(made(row))),
    "tags": Cell(_tags),
    "hidden": Cell(_hidden_tags),
    "cost": Cell(lambda row, _: grouped(row.credit_cost), "number"),
    "usage": Cell(lambda row, _: number_tag(row.used_times), "number"),
    "used": Cell(lambda row, _: time_tag(row.last_used_at)),
    "generations": Cell(lambda row, _: number_tag(row.generations), "number"),
    "failed": Cell(_failed, "number"),
    "stock": Cell(_stock, "number"),
    "category": _same("category", "category"),
    "model": _same("model", "model"),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "slug": Cell(lambda row, _: copyable_tag(row.slug, short=False)),
    "description": Cell(lambda row, _: text(row.description), "wide"),
    "workflow": Cell(lambda row, _: text(row.workflow_type)),
    "provider": Cell(_providers),
    "audio": Cell(lambda row, _: escape(label(row.audio_type))),
    "style": Cell(lambda row, _: text(row.style), "cut"),
    "restricted": Cell(lambda row, _: flag_tag(row.has_content_restrictions)),
    "shared": Cell(_share, "number"),
    "referral": Cell(lambda row, _: copyable_tag(row.referral_code)),
}
