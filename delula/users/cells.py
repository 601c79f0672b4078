"""The cells of the list of users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.access.guard import may
from delula.access.permissions import Permission
from delula.models.enums import label
from delula.users.refresh import is_overdrawn
from delula.web.display import MISSING, badge_tag, copyable_tag, flag_tag, grouped, lead_tag, size, time_tag
from delula.web.masking import masked_email, shown_text
from delula.web.references import owner_naming
from delula.web.tables import Cell, text, writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.web.lists import ListPage


def cells() -> Mapping[str, Cell]:
    """The cells as the person of this request may see them."""
    naming = owner_naming()
    in_full = may(Permission.USERS_READ_EMAIL)

    def user(row: Any, listed: ListPage) -> str:
        return lead_tag(naming(row), listed.detail_href(row.id))

    def email(row: Any, _: ListPage) -> str:
        return text(row.user_email if in_full else masked_email(row.user_email))

    return {**_CELLS, "user": Cell(user, "cut"), "email": Cell(email, "cut")}


def _balance(row: Any, _: ListPage) -> str:
    """The balance, marked where it is below zero though only system accounts may go there."""
    return badge_tag(grouped(row.credits), "danger") if is_overdrawn(row) else grouped(row.credits)


def _count(value: int | None) -> str:
    return MISSING if value is None else grouped(value)


_CELLS: Mapping[str, Cell] = {
    "type": Cell(lambda row, _: text(label(row.account_type))),
    "credits": Cell(_balance, "number"),
    "created": Cell(lambda row, _: time_tag(row.created_at)),
    "seen": Cell(lambda row, _: time_tag(row.last_seen_at)),
    "generations": Cell(lambda row, _: _count(row.generations), "number"),
    "failed": Cell(lambda row, _: _count(row.failed), "number"),
    "spent": Cell(lambda row, _: _count(row.spent), "number"),
    "assets": Cell(lambda row, _: _count(row.assets), "number"),
    "bytes": Cell(lambda row, _: MISSING if row.bytes is None else size(row.bytes), "number"),
    "id": Cell(lambda row, _: copyable_tag(row.id)),
    "handle": Cell(lambda row, _: writing(row.user_handle), "cut"),
    "name": Cell(lambda row, _: text(full_name(row.first_name, row.last_name)), "cut"),
    "role": Cell(lambda row, _: text(label(row.access_role))),
    "provider": Cell(lambda row, _: text(row.oauth_provider)),
    "ephemeral": Cell(lambda row, _: flag_tag(row.is_ephemeral, "Ephemeral")),
    "upgradable": Cell(lambda row, _: flag_tag(row.can_upgrade_to_registered, "Upgradable")),
    "visited": Cell(lambda row, _: time_tag(row.first_visit_at)),
    "refreshed": Cell(lambda row, _: time_tag(row.last_credit_refresh)),
    "lastgen": Cell(lambda row, _: time_tag(row.last_generation_at)),
}


def full_name(first: str | None, last: str | None) -> str:
    """First and last name in one line, as far as there are any."""
    return " ".join(shown_text(part) for part in (first, last) if part)
