"""The audit log, declared: what it shows, and what it can be filtered and sorted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists

from delula.access.permissions import Role
from delula.commands import commands
from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.models import AuditEntry
from delula.review.blind import IS_SEEN
from delula.search import Choice, Chosen, Field, FieldSet, Flag, Number, Text, Time
from delula.web.references import AREAS

if TYPE_CHECKING:
    from collections.abc import Sequence

LOG = AuditEntry.__table__.c
_LATER = AuditEntry.__table__.alias("later")

#: Whether a later entry has undone it.
IS_TAKEN_BACK = exists().where(_LATER.c.takes_back == LOG.id)


def _actions() -> Sequence[Choice]:
    return [Choice(name) for name in commands()]


FIELDS = FieldSet(
    [
        Field(
            name="id", label="Id", kind=Number(bits=64), expression=LOG.id, help="The number of the entry."
        ),
        Field(
            name="actor",
            label="Who",
            kind=Chosen(choices=()),
            expression=LOG.actor,
            aliases=("by", "staff"),
            facet=True,
            help="The e-mail address of who did it; several with commas.",
            example="actor:ada@example.com",
        ),
        Field(
            name="role",
            label="Role",
            kind=Chosen(choices=[Choice(role.value) for role in Role]),
            expression=LOG.role,
            help="What the person was then; none for the server itself.",
        ),
        Field(
            name="action",
            label="Action",
            kind=Chosen(choices=_actions),
            expression=LOG.action,
            facet=True,
            help="What was done, by the name of the command.",
            example="action:users.reveal_email",
        ),
        Field(
            name="kind",
            label="Kind",
            kind=Chosen(choices=[Choice(kind) for kind in AREAS]),
            expression=LOG.object_kind,
            facet=True,
            help="What kind of thing it was done to.",
        ),
        Field(
            name="object",
            label="Object",
            kind=Text(),
            expression=LOG.object_id,
            help="The id of what it was done to; with * its beginning.",
            example="kind:user object:u-1",
        ),
        Field(
            name="created",
            label="When",
            kind=Time(),
            expression=LOG.at,
            aliases=("at",),
            help="When it was done.",
        ),
        Field(
            name="reason",
            label="Reason",
            kind=Text(contains=True),
            expression=LOG.reason,
            help="Text in the reason; plain words search it too.",
            example="reason:outage",
        ),
        Field(
            name="taken-back",
            label="Undone",
            kind=Flag(),
            expression=IS_TAKEN_BACK,
            help="Whether a later entry has undone it.",
        ),
        Field(
            name="takes-back",
            label="Undoes",
            kind=Number(bits=64),
            expression=LOG.takes_back,
            help="The entry that it undoes.",
        ),
        Field(
            name="address",
            label="Address",
            kind=Text(),
            expression=LOG.address,
            aliases=("ip",),
            help="Where the request came from; with * its beginning.",
            example="address:10.0.*",
        ),
        Field(
            name="request",
            label="Request",
            kind=Text(),
            expression=LOG.request_id,
            help="The id of the request, as the log of the server has it.",
        ),
        Field(
            name="session",
            label="Session",
            kind=Number(bits=64),
            expression=LOG.session_id,
            help="The number of the session in which it was done.",
        ),
    ],
    default="reason",
)

LISTING = ListSpec(
    name="audit",
    title="Audit",
    noun="entry",
    empty="Every write of the console appears here, with who did it and why.",
    icon="scroll-text",
    source=Source(
        AuditEntry.__table__,
        LOG.id,
        frozenset({("action", "created")}),
        where=IS_SEEN,
    ),
    fields=FIELDS,
    sorts=(
        Sort("created", "When", LOG.at, SortKind.TIME, nullable=False),
        Sort("id", "Id", LOG.id, SortKind.INTEGER, nullable=False),
    ),
    columns=(
        Column("id", "Id", sort="id", width="id"),
        Column("created", "When", sort="created", width="time"),
        Column("actor", "Who"),
        Column("action", "Action"),
        Column("object", "Object"),
        Column("change", "Change", width="wide"),
        Column("reason", "Reason"),
        Column("role", "Role", shown=False),
        Column("address", "Address", shown=False, width="id"),
        Column("request", "Request", shown=False, width="id"),
        Column("state", "State"),
    ),
    tabs=(("Undone", "taken-back:yes"), ("Without reason", "reason:none")),
)
