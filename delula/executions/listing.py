"""The list of executions, declared: every run of a component, whether it worked, failed or has not ended.

Every expression here stands in an index as it is written here; `migrations/` makes those that the product
does not have. JSON has none: one on five million inputs would weigh more than the inputs. The list looks for
such values in steps, and among the runs of one user, component or execution at once.
"""

from __future__ import annotations

import re

from sqlalchemy import String, literal_column

from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.models import ComponentUsage
from delula.rollups.families import message_of
from delula.search import Duration, Field, FieldSet, Flag, Json, Number, Reference, Text, Time

RUNS = ComponentUsage.__table__.c

#: The beginning of the error: whole ones do not fit into an index.
ERROR = literal_column("left(component_usage.error_message, 500)", String())

#: What the roll-ups count failures by.
MESSAGE = literal_column(message_of("component_usage.error_message"), String())

FIELDS = FieldSet(
    [
        Field(
            name="id",
            label="Id",
            kind=Number(),
            expression=RUNS.id,
            help="The number of the run.",
            recognises=re.compile(r"\d{1,10}"),
        ),
        Field(
            name="component",
            label="Component",
            kind=Reference(noun="component"),
            expression=RUNS.component_id,
            facet=True,
            help="Id or name of the component that ran.",
            example="component:get-frames-from-video",
        ),
        Field(
            name="execution",
            label="Execution",
            kind=Text(),
            expression=RUNS.execution_id,
            aliases=("execution_id",),
            help="What the runs of one execution have in common.",
            recognises=re.compile(r"[0-9a-fA-F-]{16,64}"),
        ),
        Field(
            name="user",
            label="User",
            kind=Reference(noun="user"),
            expression=RUNS.user_id,
            help="Id, e-mail address or handle of the one it ran for.",
            example="user:ada@example.com",
            recognises=re.compile(r"[^@\s]+@[^@\s]+"),
        ),
        Field(
            name="success",
            label="Success",
            kind=Flag(),
            expression=RUNS.success,
            facet=True,
            help="Whether it worked; none while it has not ended.",
            example="success:no",
        ),
        Field(
            name="error",
            label="Error",
            kind=Text(contains=True),
            expression=ERROR,
            help="Text in the first 500 characters of the error.",
            example="error:timeout",
        ),
        Field(
            name="message",
            label="Message",
            kind=Text(null_if_empty=True),
            expression=MESSAGE,
            help="The error without what changes from case to case, as usage counts failures.",
            example='success:no message:"Timeout after … ms"',
        ),
        Field(
            name="duration",
            label="Duration",
            kind=Duration(per_second=1000),
            expression=RUNS.processing_time_ms,
            help="How long it took.",
        ),
        Field(
            name="cost",
            label="Cost",
            kind=Number(),
            expression=RUNS.credit_cost,
            help="Credits charged.",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=RUNS.created_at,
            help="When it was recorded.",
        ),
        Field(
            name="input",
            label="Input",
            kind=Json(),
            expression=RUNS.input_data,
            help="A value in the input, by its path.",
            example="input.prompt:cat*",
        ),
        Field(
            name="output",
            label="Output",
            kind=Json(),
            expression=RUNS.output_data,
            help="A value in the output, by its path.",
            example="output.frames:>10",
        ),
    ]
)

LISTING = ListSpec(
    name="executions",
    title="Executions",
    noun="execution",
    empty="They appear here as soon as a workflow runs a component.",
    icon="workflow",
    pages=(("Components", "blocks", "components.index"),),
    source=Source(
        ComponentUsage.__table__,
        RUNS.id,
        # Indexes that lead with the field and go on with the sort.
        frozenset(
            {
                ("component", "created"),
                ("component", "duration"),
                ("success", "created"),
                ("error", "created"),
                ("message", "created"),
            }
        ),
    ),
    fields=FIELDS,
    sorts=(
        Sort("created", "Created", RUNS.created_at, SortKind.TIME),
        Sort("id", "Id", RUNS.id, SortKind.INTEGER, nullable=False),
        Sort("duration", "Duration", RUNS.processing_time_ms, SortKind.INTEGER),
    ),
    columns=(
        Column("id", "Id", sort="id", width="id"),
        Column("success", "Outcome"),
        Column("created", "Created", sort="created", width="time"),
        Column("component", "Component"),
        Column("duration", "Duration", sort="duration", numeric=True),
        Column("error", "Error", width="wide"),
        Column("user", "User"),
        Column("execution", "Execution", shown=False, width="id"),
        Column("cost", "Cost", shown=False, numeric=True),
    ),
    tabs=(("Failed", "success:no"), ("Unfinished", "success:none")),
)
