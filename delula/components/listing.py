"""The list of components, declared: what it shows, and what it can be filtered and sorted by.

There are some hundred components at most, so nothing here needs an index.
"""

from __future__ import annotations

from sqlalchemy import Double, cast, func

from delula.components.measured import DAYS, MEASURED
from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.models import ComponentRegistry
from delula.search import Chosen, Duration, Field, FieldSet, Flag, Fraction, Members, Number, Time
from delula.search import Text as TextKind

REGISTRY = ComponentRegistry.__table__.c
#: Of the finished runs those that succeeded, from 0 to 1; null where none has finished.
RATE = MEASURED.c.succeeded / cast(func.nullif(MEASURED.c.finished, 0), Double)
RUNS = func.coalesce(MEASURED.c.executions, 0)
#: The measured time as a multiple of the estimate.
PACE = MEASURED.c.seconds / func.nullif(REGISTRY.estimated_processing_time, 0)

FIELDS = FieldSet(
    [
        Field(
            name="id",
            label="Component id",
            kind=TextKind(),
            expression=REGISTRY.component_id,
            aliases=("component_id",),
            help="The name by which workflows call it.",
            example="id:get-*",
        ),
        Field(
            name="name",
            label="Name",
            kind=TextKind(contains=True),
            expression=func.concat_ws(" ", REGISTRY.name, REGISTRY.component_id, REGISTRY.description),
            help="Text in its name, id or description; plain words search it too.",
            example="name:frames",
        ),
        Field(
            name="version",
            label="Version",
            kind=TextKind(),
            expression=REGISTRY.version,
            help="The registered version.",
            example="version:1.*",
        ),
        Field(
            name="category",
            label="Category",
            kind=Chosen(choices=()),
            expression=REGISTRY.category,
            facet=True,
            help="What it deals with.",
            example="category:video",
        ),
        Field(
            name="tag",
            label="Tag",
            kind=Members(items=TextKind()),
            expression=REGISTRY.tags,
            help="One of its tags.",
            example="tag:frames",
        ),
        Field(
            name="active",
            label="Active",
            kind=Flag(),
            expression=REGISTRY.is_active,
            facet=True,
            help="Whether workflows may use it.",
        ),
        Field(
            name="cost",
            label="Cost",
            kind=Number(),
            expression=REGISTRY.credit_cost,
            help="Credits for one run.",
        ),
        Field(
            name="estimate",
            label="Estimate",
            kind=Duration(),
            expression=REGISTRY.estimated_processing_time,
            help="How long a run should take.",
        ),
        Field(
            name="measured",
            label="Measured",
            kind=Duration(),
            expression=MEASURED.c.seconds,
            help=f"How long half of the runs of the last {DAYS} days took at most.",
        ),
        Field(
            name="pace",
            label="Pace",
            kind=Fraction(),
            expression=PACE,
            help="The measured time as a multiple of the estimate.",
            example="pace:>1.5",
        ),
        Field(
            name="runs",
            label="Runs",
            kind=Number(),
            expression=RUNS,
            help=f"Executions in the last {DAYS} days.",
            example="runs:0",
        ),
        Field(
            name="rate",
            label="Success rate",
            kind=Fraction(),
            expression=RATE * 100,
            help=f"Per cent of the finished runs of the last {DAYS} days that succeeded.",
            example="rate:<95",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=REGISTRY.created_at,
            help="When it was registered.",
        ),
        Field(
            name="updated",
            label="Updated",
            kind=Time(),
            expression=REGISTRY.updated_at,
            help="When it last changed.",
        ),
    ],
    default="name",
)

LISTING = ListSpec(
    name="components",
    title="Components",
    noun="component",
    empty="They appear here as soon as the product registers one.",
    icon="blocks",
    pages=(
        ("Graph", "git-fork", "components.graph"),
        ("Executions", "workflow", "executions.index"),
        ("Usage", "chart-column", "usage.index"),
    ),
    source=Source(
        ComponentRegistry.__table__.outerjoin(MEASURED, MEASURED.c.component_id == REGISTRY.component_id),
        REGISTRY.component_id,
    ),
    fields=FIELDS,
    sorts=(
        Sort("name", "Name", REGISTRY.name, SortKind.TEXT, nullable=False, descending_first=False),
        Sort("runs", "Runs", RUNS, SortKind.INTEGER, nullable=False),
        Sort("rate", "Success rate", RATE, SortKind.DECIMAL, descending_first=False),
        Sort("measured", "Measured", MEASURED.c.seconds, SortKind.DECIMAL),
        Sort("estimate", "Estimate", REGISTRY.estimated_processing_time, SortKind.INTEGER),
        Sort("cost", "Cost", REGISTRY.credit_cost, SortKind.INTEGER),
        Sort("updated", "Updated", REGISTRY.updated_at, SortKind.TIME),
        Sort("created", "Created", REGISTRY.created_at, SortKind.TIME),
    ),
    columns=(
        Column("name", "Component", sort="name"),
        Column("active", "State"),
        Column("category", "Category"),
        Column("version", "Version"),
        Column("cost", "Cost", sort="cost", numeric=True),
        Column("estimate", "Estimate", sort="estimate", numeric=True),
        Column("measured", "Measured", sort="measured", numeric=True),
        Column("runs", "Runs, 30 d", sort="runs", numeric=True),
        Column("rate", "Success, 30 d", sort="rate", numeric=True),
        Column("tags", "Tags", width="wide"),
        Column("id", "Component id", shown=False, width="id"),
        Column("description", "Description", shown=False, width="wide"),
        Column("created", "Created", sort="created", shown=False, width="time"),
        Column("updated", "Updated", sort="updated", shown=False, width="time"),
    ),
    tabs=(
        ("Active", "active:yes"),
        ("Failing often", "rate:<95"),
        ("Slower than estimated", "pace:>1.5"),
        ("Not in use", "runs:0"),
    ),
)
