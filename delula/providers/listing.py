"""The list of providers, declared."""

from __future__ import annotations

from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.models import Provider
from delula.search import Field, FieldSet, Flag, Number, Text, Time

PROVIDERS = Provider.__table__.c

FIELDS = FieldSet(
    [
        Field(
            name="id", label="Id", kind=Number(), expression=PROVIDERS.id, help="The number of the provider."
        ),
        Field(
            name="title",
            label="Title",
            kind=Text(contains=True),
            expression=PROVIDERS.title,
            aliases=("name",),
            help="Text in its name.",
            example="title:fal",
        ),
        Field(
            name="description",
            label="Description",
            kind=Text(contains=True),
            expression=PROVIDERS.description,
            help="Text in its description.",
        ),
        Field(
            name="active",
            label="Active",
            kind=Flag(),
            expression=PROVIDERS.is_active,
            facet=True,
            help="Whether the product sends it work.",
        ),
        Field(
            name="slots",
            label="Slots",
            kind=Number(),
            expression=PROVIDERS.num_slots,
            help="How many generations it takes at once.",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=PROVIDERS.created_at,
            help="When it was added.",
        ),
        Field(
            name="updated",
            label="Updated",
            kind=Time(),
            expression=PROVIDERS.updated_at,
            help="When it last changed.",
        ),
    ],
    default="title",
)

LISTING = ListSpec(
    name="providers",
    title="Providers",
    noun="provider",
    empty="They appear here as soon as the product knows one.",
    icon="server",
    source=Source(Provider.__table__, PROVIDERS.id),
    fields=FIELDS,
    sorts=(
        Sort("title", "Title", PROVIDERS.title, SortKind.TEXT, nullable=False, descending_first=False),
        Sort("id", "Id", PROVIDERS.id, SortKind.INTEGER, nullable=False),
        Sort("slots", "Slots", PROVIDERS.num_slots, SortKind.INTEGER, nullable=False),
        Sort("created", "Created", PROVIDERS.created_at, SortKind.TIME),
        Sort("updated", "Updated", PROVIDERS.updated_at, SortKind.TIME),
    ),
    columns=(
        Column("title", "Title", sort="title"),
        Column("active", "State"),
        Column("slots", "Slots", sort="slots", numeric=True),
        Column("busy", "In use", numeric=True),
        Column("waiting", "Waiting", numeric=True),
        Column("services", "Services", numeric=True),
        Column("description", "Description", width="wide"),
        Column("id", "Id", sort="id", shown=False),
        Column("created", "Created", sort="created", width="time", shown=False),
        Column("updated", "Updated", sort="updated", width="time"),
    ),
)
