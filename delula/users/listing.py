"""The list of users, declared: what it shows, and what it can be filtered and sorted by.

What belongs to a user is counted by the roll-ups, which a user who has just come may not have yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, literal_column

from delula.access.permissions import Permission
from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.models import User, UserTotals
from delula.models.enums import AccessRole, AccountType
from delula.review.blind import has_sum_of_files
from delula.search import Bytes, Choice, Chosen, Field, FieldSet, Flag, Number, Text, Time

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

USERS, TOTALS = User.__table__.c, UserTotals.__table__.c

#: Handle and names, for looking inside them; as its index has it, cut so that it always fits there.
NAMES = literal_column(
    """(left(COALESCE(users.handle, ''), 100) || ' ' || left(COALESCE(users.first_name, ''), 100) || ' '
    || left(COALESCE(users.last_name, ''), 100))""",
    String(),
)

#: Whose sums of files the person may see: a place in their order tells as much as the figure.
IS_TOLD = has_sum_of_files(USERS.id)


@dataclass(frozen=True, kw_only=True)
class Names(Text):
    """Several texts in one with blanks between them, which is never null: two blanks where there is none."""

    def is_absent(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """Neither handle nor names."""
        return expression == self.bound("  ")

    def is_present(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:
        """Any of them."""
        return expression != self.bound("  ")


FIELDS = FieldSet(
    [
        Field(
            name="id",
            label="Id",
            kind=Text(),
            expression=USERS.id,
            help="The user's id.",
            recognises=re.compile(r"[0-9a-fA-F-]{36}"),
        ),
        Field(
            name="email",
            label="E-mail",
            kind=Text(ignore_case=True),
            expression=USERS.email,
            help="The e-mail address in any case; with * its beginning.",
            example="email:ada@*",
            recognises=re.compile(r"[^@\s]+@[^@\s]+"),
            needs=Permission.USERS_READ_EMAIL,
        ),
        Field(
            name="handle",
            label="Handle",
            kind=Text(ignore_case=True),
            expression=USERS.handle,
            help="The handle in any case; with * its beginning.",
            example="handle:ada*",
        ),
        Field(
            name="name",
            label="Name",
            kind=Names(contains=True),
            expression=NAMES,
            help="Text in the handle, first or last name; plain words search it too.",
            example="name:ada",
        ),
        Field(
            name="type",
            label="Account type",
            kind=Chosen(choices=[Choice(one, one.name.lower()) for one in AccountType], numeric=True),
            expression=USERS.account_type,
            facet=True,
            help="System, guest or registered.",
        ),
        Field(
            name="role",
            label="Access role",
            kind=Chosen(choices=[Choice(one, one.name.lower()) for one in AccessRole], numeric=True),
            expression=USERS.access_role,
            facet=True,
            help="The role in the product, not in this console.",
        ),
        Field(
            name="credits",
            label="Credits",
            kind=Number(),
            expression=USERS.credits,
            help="The present balance.",
            example="credits:<0",
        ),
        Field(
            name="provider",
            label="Provider",
            kind=Chosen(choices=[Choice(name) for name in ("google", "apple", "replit")]),
            expression=USERS.oauth_provider,
            facet=True,
            help="Through whom the user signs in; none with a password or as a guest.",
        ),
        Field(
            name="ephemeral",
            label="Ephemeral",
            kind=Flag(),
            expression=USERS.is_ephemeral,
            facet=True,
            help="Whether the account is only for the time being.",
        ),
        Field(
            name="upgradable",
            label="Upgradable",
            kind=Flag(),
            expression=USERS.can_upgrade_to_registered,
            help="Whether the account can still become a registered one.",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=USERS.created_at,
            help="When it was made.",
        ),
        Field(
            name="seen",
            label="Last seen",
            kind=Time(),
            expression=USERS.last_seen_at,
            help="When the user was last there.",
        ),
        Field(
            name="visited",
            label="First visit",
            kind=Time(),
            expression=USERS.first_visit_at,
            help="When the user first came.",
        ),
        Field(
            name="refreshed",
            label="Last refresh",
            kind=Time(),
            expression=USERS.last_credit_refresh,
            help="When the last daily refresh raised the balance.",
        ),
        Field(
            name="generations",
            label="Generations",
            kind=Number(bits=64),
            expression=TOTALS.generations,
            help="How many generations the user has.",
        ),
        Field(
            name="failed",
            label="Failed",
            kind=Number(bits=64),
            expression=TOTALS.failed,
            help="How many of them failed.",
        ),
        Field(
            name="lastgen",
            label="Last generation",
            kind=Time(),
            expression=TOTALS.last_generation_at,
            help="When the newest generation was asked for.",
        ),
        Field(
            name="assets",
            label="Assets",
            kind=Number(bits=64),
            expression=TOTALS.assets,
            of=IS_TOLD,
            help="How many files the library has, without deleted ones.",
        ),
        Field(
            name="bytes",
            label="Size",
            kind=Bytes(bits=64),
            expression=TOTALS.bytes,
            of=IS_TOLD,
            help="Of those together.",
            example="bytes:>1GB",
        ),
        Field(
            name="spent",
            label="Spent",
            kind=Number(bits=64),
            expression=TOTALS.spent,
            help="Credits charged for use, refunds not taken off.",
        ),
    ],
    default="name",
)


def _counted(key: str, label: str, of: ColumnElement[bool] | None = None) -> Sort:
    """A sort by a figure of the roll-ups, whose index ends with their own id."""
    return Sort(key, label, TOTALS[key], SortKind.INTEGER, id=TOTALS.user_id, of=of)


LISTING = ListSpec(
    name="users",
    title="Users",
    noun="user",
    empty="They appear here as soon as somebody visits the product.",
    icon="users",
    source=Source(
        User.__table__.outerjoin(UserTotals.__table__, TOTALS.user_id == USERS.id),
        USERS.id,
        frozenset({("provider", "created")}),
    ),
    fields=FIELDS,
    sorts=(
        Sort("created", "Created", USERS.created_at, SortKind.TIME),
        Sort("seen", "Last seen", USERS.last_seen_at, SortKind.TIME),
        Sort("credits", "Credits", USERS.credits, SortKind.INTEGER, nullable=False),
        _counted("generations", "Generations"),
        _counted("failed", "Failed"),
        Sort("lastgen", "Last generation", TOTALS.last_generation_at, SortKind.TIME, id=TOTALS.user_id),
        _counted("assets", "Assets", IS_TOLD),
        _counted("bytes", "Bytes", IS_TOLD),
        _counted("spent", "Spent"),
        Sort("handle", "Handle", USERS.handle, SortKind.TEXT, descending_first=False),
        Sort("id", "Id", USERS.id, SortKind.TEXT, nullable=False, descending_first=False),
    ),
    columns=(
        Column("user", "User", sort="handle"),
        Column("type", "Account type"),
        Column("credits", "Credits", sort="credits", numeric=True),
        Column("created", "Created", sort="created", width="time"),
        Column("seen", "Last seen", sort="seen", width="time"),
        Column("generations", "Generations", sort="generations", numeric=True),
        Column("failed", "Failed", sort="failed", numeric=True, shown=False),
        Column("spent", "Spent", sort="spent", numeric=True),
        Column("assets", "Assets", sort="assets", numeric=True),
        Column("bytes", "Size", sort="bytes", numeric=True),
        Column("id", "Id", sort="id", width="id"),
        Column("email", "E-mail", shown=False),
        Column("handle", "Handle", shown=False),
        Column("name", "Name", shown=False),
        Column("role", "Access role", shown=False),
        Column("provider", "Provider", shown=False),
        Column("ephemeral", "Ephemeral", shown=False),
        Column("upgradable", "Upgradable", shown=False),
        Column("visited", "First visit", shown=False, width="time"),
        Column("refreshed", "Last refresh", shown=False, width="time"),
        Column("lastgen", "Last generation", sort="lastgen", shown=False, width="time"),
    ),
    tabs=(
        ("Registered", "type:registered"),
        ("Guests", "type:guest"),
        ("System", "type:system"),
        ("Below zero", "credits:<0"),
    ),
)
