"""The queue as a list, declared: what it shows, and what it can be filtered and sorted by."""

from __future__ import annotations

import re

from delula.lists import GRID, TABLE, Column, ListSpec, Sort, SortKind, Source
from delula.models import ReviewItem, ReviewKind, ReviewState
from delula.review.things import SUBJECTS
from delula.search import Choice, Chosen, Field, FieldSet, Number, Reference, Time

ITEMS = ReviewItem.__table__.c

FIELDS = FieldSet(
    [
        Field(
            name="id",
            label="Id",
            kind=Number(),
            expression=ITEMS.id,
            help="The number of the item in the queue.",
            recognises=re.compile(r"\d{1,10}"),
        ),
        Field(
            name="state",
            label="State",
            kind=Chosen(choices=[Choice(one.value) for one in ReviewState]),
            expression=ITEMS.state,
            facet=True,
            help="Where it stands; second waits for a second look.",
            example="state:open",
        ),
        Field(
            name="kind",
            label="Kind",
            kind=Chosen(choices=[Choice(one.value, label=SUBJECTS[one].label) for one in ReviewKind]),
            expression=ITEMS.kind,
            facet=True,
            help="What kind of thing it is.",
            example="kind:sample",
        ),
        Field(
            name="user",
            label="Owner",
            kind=Reference(noun="user"),
            expression=ITEMS.owner_id,
            help="Id, e-mail address or handle of who brought it.",
            example="user:ada@example.com",
            recognises=re.compile(r"[^@\s]+@[^@\s]+"),
        ),
        Field(
            name="object",
            label="Number",
            kind=Number(),
            expression=ITEMS.object_id,
            help="The number of the asset, sample or generation; best with its kind.",
            example="object:4711 kind:generation",
        ),
        Field(
            name="created",
            label="Waiting since",
            kind=Time(),
            expression=ITEMS.since,
            aliases=("since",),
            help="When it was made, or came back.",
        ),
        Field(
            name="decided",
            label="Decided",
            kind=Time(),
            expression=ITEMS.decided_at,
            help="When the last judgement was made.",
        ),
    ],
    default="id",
)

LISTING = ListSpec(
    name="review",
    title="Review",
    noun="item",
    empty="New uploads, market assets, samples and public generations come in within a minute.",
    icon="scan-eye",
    source=Source(
        ReviewItem.__table__,
        ITEMS.id,
        # Indexes that lead with the field and go on with the rank.
        frozenset({("state", "score"), ("kind", "score")}),
    ),
    fields=FIELDS,
    sorts=(
        Sort("score", "Score", ITEMS.rank, SortKind.DECIMAL, jumps=False),
        Sort("created", "Waiting since", ITEMS.since, SortKind.TIME, nullable=False),
        Sort("decided", "Decided", ITEMS.decided_at, SortKind.TIME),
    ),
    columns=(
        Column("thing", "Item", width="wide"),
        Column("state", "State"),
        Column("score", "Score", sort="score", numeric=True),
        Column("kind", "Kind"),
        Column("user", "Owner"),
        Column("created", "Waiting since", sort="created", width="time"),
        Column("risk", "Classifier", numeric=True),
        Column("holder", "Looked at by"),
        Column("decision", "Decision"),
        Column("decided", "Decided", sort="decided", width="time", shown=False),
    ),
    views=(TABLE, GRID),
    tabs=(
        ("Open", "state:open"),
        ("Second look", "state:second"),
        ("Escalated", "state:escalated"),
        ("Approved", "state:approved"),
        ("Rejected", "state:rejected"),
    ),
    pages=(
        ("Figures", "chart-column", "review.statistics"),
        ("Policies", "scale", "review.policies_page"),
    ),
)
