"""The lists of what does not fit, and of what was set aside, declared."""

from __future__ import annotations

from delula.integrity.queries import F, Held, Kind, Q
from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.models import Quarantined, StorageFinding
from delula.search import Bytes, Choice, Chosen, Field, FieldSet, Number, Text, Time

#: What each kind is called, and what it means.
TITLES = {
    Kind.MISSING: "Missing object",
    Kind.ORPHAN: "Orphan",
    Kind.SIZE: "Other size",
    Kind.TYPE: "Other type",
    Kind.DERIVATIVES: "Missing derivatives",
    Kind.OUTSIDE: "Outside the layout",
}
MEANINGS = {
    Kind.MISSING: "A row refers to this key, and nothing lies there. The product shows a broken picture.",
    Kind.ORPHAN: "No row of any table refers to this object, nor to what it was made of. It costs space.",
    Kind.SIZE: "The row and the store disagree on how large the file is: it was replaced, or broke off.",
    Kind.TYPE: "Row, name and store disagree on what the file is; browsers may refuse to show it.",
    Kind.DERIVATIVES: "Some of the pictures that are made of this file are missing. They can be made again.",
    Kind.OUTSIDE: "The file lies where the product's layout puts none, so nothing finds what was made of it.",
}
SOURCES = {
    "user": "Library",
    "system": "System asset",
    "market": "Market asset",
    "generation": "Generation",
    "backlog": "Backlog video",
    "sample": "Sample",
    "brand": "Brand asset",
    "export": "Export",
    "recipe": "Recipe",
    "user_picture": "User's picture",
}

FIELDS = FieldSet(
    [
        Field(
            name="kind",
            label="Kind",
            kind=Chosen(choices=[Choice(kind.value, label=TITLES[kind]) for kind in Kind], open=False),
            expression=F.kind,
            facet=True,
            help="What does not fit.",
            example="kind:orphan",
        ),
        Field(
            name="source",
            label="Source",
            kind=Chosen(choices=[Choice(word, label=label) for word, label in SOURCES.items()]),
            expression=F.source,
            facet=True,
            help="What refers to the key; orphans have none.",
        ),
        Field(
            name="owner",
            label="Owner",
            kind=Text(),
            expression=F.owner_id,
            aliases=("user",),
            help="Id of the owner, by the row or by the key.",
        ),
        Field(
            name="key",
            label="Key",
            kind=Text(),
            expression=F.key,
            help="The key in the bucket, or how it begins with a * behind.",
            example="key:library/user/*",
        ),
        Field(name="bytes", label="Size", kind=Bytes(), expression=F.bytes, help="Of the object."),
        Field(
            name="since",
            label="Found",
            kind=Time(),
            expression=F.since,
            aliases=("created",),
            help="When a scan first found it.",
        ),
        Field(
            name="id", label="Id", kind=Number(bits=64), expression=F.id, help="The number of the finding."
        ),
    ],
    default="key",
)

LISTING = ListSpec(
    name="integrity",
    title="Integrity",
    noun="finding",
    empty="What does not fit between bucket and tables appears here once a scan has found it.",
    icon="shield-check",
    source=Source(
        StorageFinding.__table__,
        F.id,
        frozenset({("kind", "since"), ("source", "since"), ("owner", "since")}),
    ),
    fields=FIELDS,
    sorts=(
        Sort("since", "Found", F.since, SortKind.TIME, nullable=False),
        Sort("bytes", "Size", F.bytes, SortKind.INTEGER),
        Sort("key", "Key", F.key, SortKind.TEXT, nullable=False, descending_first=False),
        Sort("id", "Id", F.id, SortKind.INTEGER, nullable=False),
    ),
    columns=(
        Column("key", "Key", sort="key", width="wide"),
        Column("kind", "Kind"),
        Column("source", "Source"),
        Column("owner", "Owner"),
        Column("bytes", "Size", sort="bytes", numeric=True),
        Column("detail", "What", width="wide"),
        Column("since", "Found", sort="since", width="time"),
        Column("id", "Id", sort="id", shown=False, width="id"),
    ),
    time_field="since",
    tabs=tuple((TITLES[kind], f"kind:{kind.value}") for kind in Kind),
    summary="figures",
    pages=(
        ("Totals and scans", "chart-column", "integrity.scans"),
        ("Set aside", "archive", "quarantine.index"),
    ),
)

STATES = {
    Held.MOVING: ("Being set aside", "info"),
    Held.HELD: ("Set aside", "warning"),
    Held.KEPT: ("Left where it was", "neutral"),
    Held.RESTORING: ("Being put back", "info"),
    Held.RESTORED: ("Put back", "success"),
    Held.DELETING: ("Being deleted", "info"),
    Held.DELETED: ("Deleted", "neutral"),
}

QUARANTINE = ListSpec(
    name="quarantine",
    title="Set aside",
    noun="object",
    empty="Objects that no row refers to are kept here for a while, once somebody has set them aside.",
    icon="archive",
    source=Source(Quarantined.__table__, Q.id, frozenset({("state", "created")})),
    fields=FieldSet(
        [
            Field(
                name="state",
                label="State",
                kind=Chosen(
                    choices=[Choice(state.value, label=label) for state, (label, _) in STATES.items()],
                    open=False,
                ),
                expression=Q.state,
                facet=True,
                help="What became of it.",
                example="state:held",
            ),
            Field(
                name="key",
                label="Key",
                kind=Text(),
                expression=Q.key,
                help="Where it lay, or how that begins with a * behind.",
            ),
            Field(name="owner", label="Owner", kind=Text(), expression=Q.owner_id, help="By its key."),
            Field(name="bytes", label="Size", kind=Bytes(), expression=Q.bytes, help="Of the object."),
            Field(
                name="created",
                label="Set aside",
                kind=Time(),
                expression=Q.created_at,
                help="When it was set aside.",
            ),
        ],
        default="key",
    ),
    sorts=(
        Sort("created", "Set aside", Q.created_at, SortKind.TIME, nullable=False),
        Sort("bytes", "Size", Q.bytes, SortKind.INTEGER, nullable=False),
    ),
    columns=(
        Column("key", "Key", width="wide"),
        Column("state", "State"),
        Column("owner", "Owner"),
        Column("bytes", "Size", sort="bytes", numeric=True),
        Column("by", "By"),
        Column("created", "Set aside", sort="created", width="time"),
        Column("deleted", "Deleted", width="time"),
    ),
    tabs=(("Held", "state:held"),),
    pages=(("Findings", "shield-check", "integrity.index"),),
)
