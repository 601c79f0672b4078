"""The list of jobs, declared. Old jobs are removed, so no order of theirs needs an index."""

from __future__ import annotations

from delula.jobs.queries import CREATED, JOBS, STATE, TABLE, State
from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.search import Choice, Chosen, Field, FieldSet, Number, Text, Time

FIELDS = FieldSet(
    [
        Field(name="id", label="Id", kind=Number(bits=64), expression=JOBS.id, help="The number of the job."),
        Field(
            name="task",
            label="Task",
            kind=Text(contains=True),
            expression=JOBS.task_name,
            help="A part of the name of what is to be done.",
            example="task:rollups",
        ),
        Field(
            name="state",
            label="State",
            kind=Chosen(choices=[Choice(state.value) for state in State]),
            expression=STATE,
            facet=True,
            help="What became of it.",
            example="state:failed",
        ),
        Field(
            name="attempts",
            label="Attempts",
            kind=Number(),
            expression=JOBS.attempts,
            help="How often it was tried.",
            example="attempts:>1",
        ),
        Field(
            name="created",
            label="Queued",
            kind=Time(),
            expression=CREATED,
            aliases=("queued",),
            help="When it was queued.",
        ),
        Field(
            name="scheduled",
            label="Scheduled",
            kind=Time(),
            expression=JOBS.scheduled_at,
            help="When it is tried next, where it has to wait.",
        ),
    ],
    default="task",
)

LISTING = ListSpec(
    name="jobs",
    title="Jobs",
    noun="job",
    empty="Work that is done in the background appears here.",
    icon="list-checks",
    source=Source(TABLE, JOBS.id),
    fields=FIELDS,
    sorts=(
        Sort("id", "Id", JOBS.id, SortKind.INTEGER, nullable=False),
        Sort("attempts", "Attempts", JOBS.attempts, SortKind.INTEGER, nullable=False),
        Sort("scheduled", "Scheduled", JOBS.scheduled_at, SortKind.TIME),
    ),
    columns=(
        Column("task", "Task"),
        Column("state", "State"),
        Column("progress", "Progress", numeric=True),
        Column("attempts", "Attempts", sort="attempts", numeric=True),
        Column("queued", "Queued", width="time"),
        Column("changed", "Last change", width="time"),
        Column("error", "Error", width="wide"),
        Column("asked", "Asked for by"),
        Column("scheduled", "Next attempt", sort="scheduled", shown=False, width="time"),
        Column("queue", "Queue", shown=False),
        Column("id", "Id", sort="id", width="id"),
    ),
    summary="line",
    tabs=(("Waiting", "state:waiting"), ("Running", "state:running"), ("Failed", "state:failed")),
)
