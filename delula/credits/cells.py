"""The cells of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.models import id_in
from delula.models.enums import wording
from delula.web.display import MISSING, copyable_tag, grouped, lead_tag, time_tag
from delula.web.lists import in_filter
from delula.web.references import hrefs_of, owner_naming
from delula.web.tables import Cell, link, writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.web.lists import ListPage


def cells() -> Mapping[str, Cell]:
    """The cells as the person of this request may see them."""
    naming, href_of_user, href_of_generation = owner_naming(), hrefs_of("users"), hrefs_of("generations")

    def user(row: Any, listed: ListPage) -> str:
        if row.is_known:
            return link(href_of_user(row.user_id), naming(row))
        href = f"{listed.action}?q=user:{in_filter(row.user_id)}"
        return link(href, naming(row), title="This user no longer exists", classes="gone")

    def generation(row: Any, listed: ListPage) -> str:
        if row.generation is None:
            return MISSING
        if row.generation_is_known:
            return link(href_of_generation(int(row.generation)), row.generation)
        href = f"{listed.action}?q=generation:{in_filter(row.generation)}"
        return link(href, row.generation, title="This generation no longer exists", classes="gone")

    return {**_CELLS, "user": Cell(user, "cut"), "generation": Cell(generation, "number")}


def generation_number(named: str | None) -> int | None:
    """The generation that a row of the ledger names, where what it names can be one."""
    return None if named is None else id_in(named)


def signed(amount: int) -> str:
    """An amount with its sign."""
    tone = "gain" if amount > 0 else "loss" if amount < 0 else "faint"
    plus = "+" if amount > 0 else ""
    return f'<span class="{tone}">{plus}{grouped(amount)}</span>'


_CELLS: Mapping[str, Cell] = {
    "id": Cell(lambda row, listed: lead_tag(row.id, listed.detail_href(row.id)), "id"),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "type": Cell(lambda row, _: writing(wording(row.type)), "cut"),
    "amount": Cell(lambda row, _: signed(row.amount), "number"),
    "text": Cell(lambda row, _: writing(row.description), "wide"),
    "payment": Cell(lambda row, _: MISSING if row.payment_id is None else copyable_tag(row.payment_id)),
}
